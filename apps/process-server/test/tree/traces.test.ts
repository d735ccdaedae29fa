import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { waitFor } from '@sextant/testing/wait';
import { MARKER } from '../../src/tree/processes.ts';
import { mayHaveLeft } from '../../src/tree/traces.ts';
import { bash, start } from '../rig.ts';

/** Runs a line of bash to its end as a run of that id; returns its process id, and what it printed. */
async function runAs(run: string, line: string): Promise<{ pid: number; printed: number; since: number }> {
  const since = performance.now();
  const child = spawn('bash', ['-c', line], { detached: true, env: { ...process.env, [MARKER]: run } });
  let text = '';
  child.stdout.on('data', (bytes: Buffer) => (text += String(bytes)));
  await once(child, 'exit');
  await waitFor('what it prints', () => text.includes('\n'));
  child.stdout.destroy();
  return { pid: child.pid ?? 0, printed: Number(text), since };
}

describe('mayHaveLeft', () => {
  it('is false for a program that left nothing behind', async () => {
    // A machine that is busy, or starts much at a time, may hide it; not every time.
    let left = true;
    for (let trial = 0; left && trial < 50; trial += 1) {
      const { pid, since } = await runAs(`nothing-${trial}`, 'sleep 0; echo 1');
      left = mayHaveLeft({ id: `nothing-${trial}`, pid }, since);
    }
    expect(left).toBe(false);
  });

  it.each([
    ['in its group', 'sleep 1000 >/dev/null & echo $!'],
    ['in a session of its own', 'setsid sleep 1000 >/dev/null & echo $!'],
    ['that nobody is parent of', '(setsid sleep 1000 >/dev/null & echo $!)'],
    ['in its group without its marker', 'env -i sleep 1000 >/dev/null & echo $!'],
  ])('is true for one that left a process %s', async (_where, line) => {
    const { pid, printed, since } = await runAs('left', line);
    try {
      expect(mayHaveLeft({ id: 'left', pid }, since)).toBe(true);
    } finally {
      process.kill(printed, 'SIGKILL');
    }
  });

  it('is as right of programs in a namespace', async () => {
    await using rig = await start();
    const left = async (line: string): Promise<boolean> => {
      const since = performance.now();
      return mayHaveLeft((await bash(rig.client, line)).result, since);
    };
    expect(await left('(setsid sleep 1000 >/dev/null 2>&1 &)')).toBe(true);
    let may = true;
    for (let trial = 0; may && trial < 50; trial += 1) may = await left('sleep 0');
    expect(may).toBe(false);
  });

  it('is false for one that was never started', () => {
    expect(mayHaveLeft({ id: 'none', pid: null }, performance.now())).toBe(false);
  });

  it('is true for one that ran so long that numbers may have gone round', async () => {
    const { pid, since } = await runAs('long', 'echo 1');
    expect(mayHaveLeft({ id: 'long', pid }, since - 2000)).toBe(true);
  });
});
