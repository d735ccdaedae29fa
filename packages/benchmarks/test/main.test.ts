import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { waitFor } from '@sextant/testing/wait';

const MAIN = new URL('../src/main.ts', import.meta.url);

/** The command, with temporary files in a folder of its own. */
async function bench(...args: string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'sextant-bench-test-'));
  const child = spawn(process.execPath, [MAIN.pathname, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: folder },
  });
  let [told, printed] = ['', ''];
  child.stderr.on('data', (text: Buffer) => (told += text.toString()));
  child.stdout.on('data', (text: Buffer) => (printed += text.toString()));
  return {
    child,
    folder,
    told: () => told,
    printed: () => printed,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function codeOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

/** Processes whose environment has this folder: whoever a benchmark started. */
function processesOf(folder: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`TMPDIR=${folder}`);
    } catch {
      return false;
    }
  });
}

describe('pnpm bench', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('leaves nothing behind at %s', async (signal, code) => {
    await using running = await bench('requests', '--ms', '60000', '--only', 'sextant');
    await waitFor('a server under load', () => processesOf(running.folder).length > 1, 10_000);
    await waitFor('its home', () => readdirSync(running.folder).some((name) => name.startsWith('sextant-bench-')));
    running.child.kill(signal);
    expect(await codeOf(running.child)).toBe(code);
    await waitFor('all to be gone', () => processesOf(running.folder).length === 0);
    // Compiled code is for the next one.
    expect(readdirSync(running.folder).filter((name) => name !== 'sextant-test-cache')).toEqual([]);
    expect(running.told()).toContain('Stopped');
  });

  it.each([
    ['an unknown area', ['request'], 'There is no area request. Did you mean requests?'],
    ['a number that is none', ['--rounds', 'abc'], '--rounds is a whole number above 0.'],
    ['nobody', ['--only', 'nobody'], 'No contender there has "nobody" in its name.'],
  ])('refuses %s', async (_what, args, words) => {
    await using refused = await bench(...args);
    expect(await codeOf(refused.child)).toBe(2);
    expect(refused.told()).toContain(words);
  });
});
