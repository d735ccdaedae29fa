import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { waitFor } from '@sextant/testing/wait';
import { allGone, bash, collect, isAlive, numbersOf, start } from '../rig.ts';

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

  it('is ended with what it started when it does not answer, and the next program is started by another', async () => {
    await using rig = await start();
    const stream = rig.client.open('process.run', {
      program: 'bash',
      args: ['-c', 'setsid sleep 1000 & echo $!; wait'],
    });
    const [pid = 0] = await numbersOf(stream, 1);
    const { stdout } = await bash(rig.client, 'echo $PPID');
    process.kill(Number(stdout), 'SIGSTOP');
    await expect(bash(rig.client, 'exit 0')).rejects.toMatchObject({
      type: 'unavailable',
      retry: 'unknown',
      message: expect.stringContaining('did not answer'),
    });
    expect(await stream.result).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
    expect([pid, Number(stdout)].some(isAlive)).toBe(false);
    expect((await bash(rig.client, 'exit 0')).result.exitCode).toBe(0);
  }, 20_000);

  it('keeps nobody waiting for the end of the service when it does not answer', async () => {
    const rig = await start();
    const { pid } = await rig.client.call('process.start', { program: 'sleep', args: ['1000'], detached: true });
    const launcher = parentOf(pid ?? 0);
    process.kill(launcher, 'SIGSTOP');
    await rig[Symbol.asyncDispose]();
    expect([pid, launcher].some(isAlive)).toBe(false);
  }, 20_000);

  it('removes folders of those that were killed with their service, and no others', async () => {
    const make = async (at: number): Promise<string> => {
      const folder = await mkdtemp(join(tmpdir(), 'sextant-launch-'));
      await utimes(folder, at, at);
      return folder;
    };
    const [old, young] = [await make(1), await make(Date.now() / 1000)];
    const served = await make(1);
    const server = createServer().listen(join(served, 'streams'));
    await once(server, 'listening');
    await utimes(served, 1, 1);
    try {
      await using rig = await start();
      await bash(rig.client, 'exit 0');
      await waitFor('the old one to go', () => !existsSync(old));
      expect([young, served].every(existsSync)).toBe(true);
    } finally {
      server.close();
      for (const folder of [young, served]) await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('the end of a run', () => {
  it('finds what left its group and cleared its environment, as long as it has a parent', async () => {
    await using rig = await start();
    const stream = rig.client.open('process.run', {
      program: 'bash',
      args: ['-c', `env -i setsid bash -c 'trap "" TERM; echo $$; while :; do sleep 1; done' & wait`],
      name: 'cleared',
    });
    const [pid = 0] = await numbersOf(stream, 1);
    await rig.client.call('process.close', { target: 'cleared' });
    expect(isAlive(pid)).toBe(false);
  }, 20_000);
});
