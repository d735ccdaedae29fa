import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { waitFor } from '@sextant/testing/wait';
import { allGone, bash, collect, isAlive, numbersOf, start } from './rig.ts';

/** The process that a program's own is the child of. */
function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]);
}

describe('the launcher', () => {
  it('takes its programs with it when somebody kills it, and the next is started by another', async () => {
    await using rig = await start();
    const deaf = 'trap "" TERM; echo $$; while :; do sleep 1; done';
    const stream = rig.client.open('process.run', { program: 'bash', args: ['-c', deaf] });
    const [pid = 0] = await numbersOf(stream, 1);
    const launcher = parentOf(pid);
    expect(launcher).not.toBe(process.pid);
    process.kill(launcher, 'SIGKILL');
    expect(await stream.result).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
    await allGone([pid], 1000);
    const { stdout, result } = await bash(rig.client, 'echo again');
    expect([stdout.toString(), result.exitCode]).toEqual(['again\n', 0]);
  });

  it('starts more at once than it has streams ready for', async () => {
    await using rig = await start();
    const runs = Array.from({ length: 60 }, (_, at) =>
      collect(rig.client.open('process.run', { program: 'echo', args: [String(at)] })),
    );
    const printed = (await Promise.all(runs)).map(({ stdout }) => stdout.toString().trim());
    expect(printed).toEqual(Array.from({ length: 60 }, (_, at) => String(at)));
  });

  it('goes with the service, and its folder too', async () => {
    const folders = async (): Promise<string[]> =>
      (await readdir(tmpdir())).filter((name) => name.startsWith('sextant-launch-'));
    const before = new Set(await folders());
    const rig = await start();
    const { stdout } = await bash(rig.client, 'echo $PPID');
    const launcher = Number(stdout);
    expect(isAlive(launcher)).toBe(true);
    const own = (await folders()).filter((name) => !before.has(name));
    expect(own.length).toBeGreaterThan(0);
    await rig[Symbol.asyncDispose]();
    expect(isAlive(launcher)).toBe(false);
    await waitFor('its folder to go', async () => (await folders()).length < before.size + own.length);
  });
});
