import { chown } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@sextant/testing/rig';
import { waitFor } from '@sextant/testing/wait';
import { launch } from '../launch/launch.ts';
import { collect, membersOf, start, type Processes } from '../rig.ts';

const MEGABYTE = 1024 * 1024;

/** Allocates, and writes to, as much memory as it is told, and stays. */
const HOG = 'import sys, time; held = bytearray(int(sys.argv[1])); print("held", flush=True); time.sleep(1000)';

/** The description of a run. */
async function tell(client: Processes, id: string): Promise<Record<string, unknown> | undefined> {
  const { items } = await client.call('process.list', { scope: 'all', details: true });
  return items.find((run) => run.id === id);
}

/**
 * What keeps a service, and all that it starts, from taking this machine down: a user of its own, where this one is root,
 * and as many processes as that may have.
 */
async function bounded(home: string): Promise<string[]> {
  const limit = ['prlimit', '--nproc=1500'];
  if (process.getuid?.() !== 0) return limit;
  await chown(home, USER, USER);
  return ['setpriv', `--reuid=${USER}`, `--regid=${USER}`, '--clear-groups', ...limit];
}

/** A user that nobody is. */
const USER = 54_321;

describe('a limit', () => {
  it('of time ends a program with all that it started', async () => {
    await using rig = await start();
    const args = ['-c', 'sleep 1000 & setsid sleep 1000 & wait'];
    const { result } = await collect(
      rig.client.open('process.run', { program: 'bash', args, limits: { timeMs: 300 } }),
    );
    expect(result).toMatchObject({ signal: 'SIGTERM' });
    await waitFor('its processes to end', async () => (await membersOf(result.id)).length === 0, 2000);
    expect(await tell(rig.client, result.id)).toMatchObject({ endedBy: 'time', limits: { timeMs: 300 } });
    const { id } = await rig.client.call('process.start', { program: 'true', limits: { timeMs: 60_000 } });
    await rig.client.call('process.wait', { target: id });
    expect(await tell(rig.client, id)).not.toHaveProperty('endedBy');
  });

  it('of output ends one that prints more', async () => {
    await using rig = await start();
    const { result, stdout } = await collect(
      rig.client.open('process.run', { program: 'yes', limits: { outputBytes: 100_000 } }),
    );
    expect(stdout.length).toBeGreaterThan(100_000);
    // What the system held of it already.
    expect(stdout.length).toBeLessThan(100_000 + MEGABYTE);
    expect(await tell(rig.client, result.id)).toMatchObject({ endedBy: 'output', state: 'killed' });
    const fitting = { program: 'bash', args: ['-c', 'printf 12345; printf 67890 >&2'], limits: { outputBytes: 10 } };
    const { result: fits } = await collect(rig.client.open('process.run', fitting));
    expect(await tell(rig.client, fits.id)).toMatchObject({ state: 'exited' });
    expect(await tell(rig.client, fits.id)).not.toHaveProperty('endedBy');
  });

  it('of open files and of memory holds for each process, which sees the name it was called by', async () => {
    await using rig = await start();
    const limits = { openFiles: 64, memoryBytes: 64 * MEGABYTE };
    for (const tty of [false, true]) {
      const line = 'ulimit -n; ulimit -Hn; ulimit -d; echo $0';
      const order = { program: 'bash', args: ['-c', line], limits, tty };
      const { stdout } = await collect(rig.client.open('process.run', order));
      expect(stdout.toString().replaceAll('\r', '')).toBe('64\n64\n65536\nbash\n');
    }
    const args = ['-c', HOG, String(100 * MEGABYTE)];
    const { stderr, result } = await collect(rig.client.open('process.run', { program: 'python3', args, limits }));
    expect([stderr.toString().includes('MemoryError'), result.exitCode]).toEqual([true, 1]);
  });

  it('leaves the errors of programs that cannot be started as they are', async () => {
    await using rig = await start();
    const refused = rig.client.call('process.run', { program: 'no-such-program', limits: { openFiles: 64 } });
    await expect(refused).rejects.toMatchObject({ type: 'not_found', data: { reason: 'ENOENT' } });
  });

  it('of memory ends a tree that uses more together, at once', async () => {
    await using rig = await start();
    const hog = `python3 -c '${HOG}' ${60 * MEGABYTE}`;
    const args = ['-c', `trap "" TERM; ${hog} & setsid ${hog} & wait`];
    const limits = { memoryBytes: 100 * MEGABYTE };
    const { result } = await collect(rig.client.open('process.run', { program: 'bash', args, limits }));
    expect(result).toMatchObject({ signal: 'SIGKILL' });
    await waitFor('its processes to end', async () => (await membersOf(result.id)).length === 0, 1000);
    expect(await tell(rig.client, result.id)).toMatchObject({ endedBy: 'memory', state: 'killed' });
    expect(await tell(rig.client, result.id)).not.toHaveProperty('oomKilled');
  });

  it('of processes counts threads and what left the group, and ends it all, also after its program', async () => {
    await using rig = await start();
    const late = 'sleep 1; for i in 1 2 3 4 5; do setsid sleep 1000 & done; wait';
    const args = ['-c', `setsid bash -c '${late}' & exit 0`];
    const { id } = await rig.client.call('process.start', {
      program: 'bash',
      args,
      detached: true,
      limits: { processes: 4 },
    });
    await waitFor('its end', async () => (await tell(rig.client, id))?.['state'] === 'exited');
    expect(await membersOf(id)).not.toEqual([]);
    await waitFor('its processes to end', async () => (await membersOf(id)).length === 0, 5000);
    expect(await tell(rig.client, id)).not.toHaveProperty('endedBy');
    const script =
      'import threading, time\nfor _ in range(5): threading.Thread(target=time.sleep, args=(1000,)).start()';
    const order = { program: 'python3', args: ['-c', script], limits: { processes: 4 } };
    const { result } = await collect(rig.client.open('process.run', order));
    expect(await tell(rig.client, result.id)).toMatchObject({ endedBy: 'processes', signal: 'SIGKILL' });
  });

  it('of processes ends a fork bomb, with the service answering meanwhile', async () => {
    await using folder = await temporaryFolder();
    await using service = await launch(folder.path, { through: await bounded(folder.path), cwd: '/' });
    const { client } = service;
    await client.call('process.run', { program: 'true' });
    const args = ['-c', ':(){ :|:& };: ; sleep 1000'];
    const order = { program: 'bash', args, detached: true, limits: { processes: 50 } };
    const { id } = await client.call('process.start', order);
    const ended = waitFor('its end', async () => (await tell(client, id))?.['endedBy'] === 'processes', 5000);
    const times: number[] = [];
    for (let isOver = false; !isOver;) {
      const begin = performance.now();
      isOver = await Promise.race([ended, client.ping().then(() => false)]);
      times.push(performance.now() - begin);
    }
    await waitFor('the end of the last', async () => (await membersOf(id)).length === 0, 5000);
    // Far from what a bomb does to those who wait for it: seconds.
    expect(times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)]).toBeLessThan(500);
  });

  it('is clearly refused where it cannot be set', async () => {
    await using folder = await temporaryFolder();
    await using service = await launch(folder.path, { env: { PATH: '/nowhere' } });
    const order = { program: '/bin/true', limits: { openFiles: 64 } };
    await expect(service.client.call('process.run', order)).rejects.toMatchObject({
      type: 'unavailable',
      message: expect.stringContaining('util-linux'),
    });
    const own = { program: '/bin/true', limits: { timeMs: 60_000, outputBytes: 1 } };
    expect(await service.client.call('process.run', own)).toMatchObject({ exitCode: 0 });
  });
});

describe('what programs use', () => {
  it('is told of all that a run started, also of what of it has ended', async () => {
    await using rig = await start();
    const spin = 'import time\nwhile time.process_time() < 0.4: pass';
    const line = `python3 -c '${spin}'; python3 -c '${HOG}' ${50 * MEGABYTE} & wait`;
    const stream = rig.client.open('process.run', { program: 'bash', args: ['-c', line] });
    for await (const { body } of stream) if (body) break;
    const [run] = (await rig.client.call('process.list', { details: true })).items;
    expect(run).toMatchObject({ processes: 2, tty: false });
    const { cpuMs = 0, memoryBytes = 0 } = run && 'cpuMs' in run ? run : {};
    expect(cpuMs).toBeGreaterThanOrEqual(390);
    expect(cpuMs).toBeLessThan(5000);
    expect(memoryBytes).toBeGreaterThan(50 * MEGABYTE);
    expect(memoryBytes).toBeLessThan(150 * MEGABYTE);
    stream.cancel();
    await stream.result.catch(() => {});
    const [ended] = (await rig.client.call('process.list', { details: true })).items;
    expect(ended).not.toHaveProperty('processes');
  });
});
