import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { outside } from '@sextant/testing/outside';
import { waitFor } from '@sextant/testing/wait';
import { allGone, bash, collect, isAlive, numbersOf, start, type Processes } from '../rig.ts';

async function listAll(client: Processes): Promise<string[]> {
  const ids: string[] = [];
  for (let next: string | undefined; ;) {
    const page = await client.call('process.list', { scope: 'all', next });
    ids.push(...page.items.map(({ id }) => id));
    if (!page.next) return ids;
    next = page.next;
  }
}

describe('runs', () => {
  it('are no more at a time than the service takes, also in a burst', async () => {
    await using rig = await start({ maxRuns: 3 });
    const starts = Array.from({ length: 10 }, () =>
      rig.client.call('process.start', { program: 'sleep', args: ['1000'] }),
    );
    const outcomes = await Promise.allSettled(starts);
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(7);
    expect(refused[0]).toMatchObject({
      reason: { type: 'busy', retry: 'safe', message: expect.stringContaining('3 programs') },
    });
    expect(await listAll(rig.client)).toHaveLength(3);
    await rig.client.call('process.close', { target: 'sleep', all: true });
    expect((await bash(rig.client, 'exit 0')).result.exitCode).toBe(0);
  });

  it('are remembered up to a thousand, and their outputs as long', async () => {
    await using rig = await start();
    const { id, pid } = await rig.client.call('process.start', { program: 'true' });
    const { id: longer } = await rig.client.call('process.start', { program: 'sleep', args: ['1000'] });
    await allGone([pid], 2000);
    const files = (): Promise<string[]> => readdir(join(rig.home, 'process-server', 'runs'));
    expect((await files()).sort()).toEqual([`${id}.0`, `${longer}.0`].sort());
    const fail = (): Promise<unknown> => rig.client.call('process.start', { program: '/' }).catch(() => {});
    // One that has just ended becomes history a second later, when what it left behind is over too.
    await waitFor(
      'it to become history',
      async () => {
        for (let count = 0; count < 100; count += 1) await fail();
        return !(await listAll(rig.client)).includes(id);
      },
      20_000,
    );
    for (let count = 0; count < 1000; count += 1) await fail();
    const ids = await listAll(rig.client);
    expect(ids).toHaveLength(1001);
    expect(ids.at(-1)).toBe(longer);
    await waitFor('its output to go', async () => (await files()).join() === `${longer}.0`);
  });

  it('leave no zombies', async () => {
    await using rig = await start();
    const runs = Array.from({ length: 60 }, () => collect(rig.client.open('process.run', { program: 'true' })));
    const pids = new Set((await Promise.all(runs)).map(({ result }) => result.pid));
    const { stdout } = await bash(rig.client, 'ps -A -o pid=,stat=');
    const zombies = stdout
      .toString()
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, state]) => state?.startsWith('Z'));
    expect(zombies.filter(([pid]) => pids.has(Number(pid)))).toEqual([]);
  });
});

describe('closing the service', () => {
  it('ends everything within two seconds: the deaf, the detached, and what they left behind', async () => {
    const rig = await start();
    const { client } = rig;
    const deaf = 'trap "" TERM; echo $$; while :; do sleep 1; done';
    const [one = 0] = await numbersOf(client.open('process.run', { program: 'bash', args: ['-c', deaf] }), 1);
    const { pid: other } = await client.call('process.start', { program: 'bash', args: ['-c', deaf], detached: true });
    const family = client.open('process.run', {
      program: 'bash',
      args: ['-c', '(setsid sleep 1000 & echo $!); exec sleep 1000'],
    });
    const [daemon = 0] = await numbersOf(family, 1);
    const left = await leaveBehind(client);
    const pids = [one, other, daemon, left];
    expect(pids.every(isAlive)).toBe(true);
    const begin = performance.now();
    await rig.running.close();
    expect(performance.now() - begin).toBeLessThan(2000);
    expect(pids.some(isAlive)).toBe(false);
    await rig[Symbol.asyncDispose]();
  });

  it('hurries what was given more time before', async () => {
    const rig = await start();
    const stream = rig.client.open('process.run', {
      program: 'bash',
      args: ['-c', 'trap "" TERM; echo $$; sleep 1000'],
      name: 'deaf',
    });
    const [pid = 0] = await numbersOf(stream, 1);
    const closing = rig.client.call('process.close', { target: 'deaf' }).catch(() => {});
    await rig.client.ping();
    const begin = performance.now();
    await rig.running.close();
    expect(performance.now() - begin).toBeLessThan(2000);
    expect(isAlive(pid)).toBe(false);
    await closing;
    await rig[Symbol.asyncDispose]();
  });
});

/** A process whose detached run is over. */
async function leaveBehind(client: Processes): Promise<number> {
  const { pid } = await client.call('process.start', {
    program: 'bash',
    args: ['-c', 'setsid sleep 1234567 & exit 0'],
    detached: true,
  });
  await allGone([pid], 2000);
  const { stdout } = await bash(client, 'until pgrep -f "^sleep 1234567$"; do sleep 0.1; done');
  return outside([Number(stdout)])[0] ?? 0;
}
