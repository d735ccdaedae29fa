import { describe, expect, it } from '@jest/globals';
import { waitFor } from '@sextant/testing/wait';
import { allGone, isAlive, numbersOf, start, stateOf } from '../rig.ts';

const SLEEP = { program: 'sleep', args: ['1000'] };

describe('a program with a time to live', () => {
  it('ends after it with all that it started, attached or detached', async () => {
    await using rig = await start();
    const line = '(setsid sleep 1000 & echo $!); exec sleep 1000';
    const run = rig.client.open('process.run', { program: 'bash', args: ['-c', line], ttlMs: 400 });
    const { id, pid } = await rig.client.call('process.start', { ...SLEEP, ttlMs: 60_000, detached: true });
    const [left = 0] = await numbersOf(run, 1);
    expect(await run.result).toMatchObject({ signal: 'SIGTERM' });
    await allGone([left], 2000);
    expect(isAlive(pid)).toBe(true);
    const { items } = await rig.client.call('process.list', { details: true });
    expect(items).toMatchObject([{ id, state: 'running', detached: true, held: false }, { endedBy: 'ttl' }]);
    const [expiry, since] = [items[0] && 'expiresAt' in items[0] && items[0].expiresAt, items[0]?.startedAt];
    expect(Math.abs(Date.parse(String(expiry)) - Date.parse(String(since)) - 60_000)).toBeLessThan(2000);
  });

  it('ends also while it waits for its turn, or to be started again', async () => {
    await using rig = await start();
    const queue = { name: 'q', limit: 1 };
    await rig.client.call('process.start', { ...SLEEP, queue });
    const queued = await rig.client.call('process.start', { ...SLEEP, queue, ttlMs: 100 });
    const failing = await rig.client.call('process.start', { program: 'false', restart: 'always', ttlMs: 300 });
    const ends = [queued, failing].map(({ id }) => rig.client.call('process.wait', { target: id }));
    expect(await Promise.all(ends)).toMatchObject([
      { state: 'failed', endedBy: 'ttl' },
      { state: 'exited', exitCode: 1, endedBy: 'ttl' },
    ]);
  });
});

describe('a leash', () => {
  it('ends a program with the connection, as is usual', async () => {
    await using rig = await start();
    const client = await rig.connect();
    const { id, pid } = await client.call('process.start', { ...SLEEP, leash: true });
    const free = await client.call('process.start', { ...SLEEP, leash: false });
    client.close();
    await allGone([pid], 2000);
    expect(await rig.client.call('process.wait', { target: id })).toMatchObject({ endedBy: 'connection' });
    expect(isAlive(free.pid)).toBe(true);
  });

  it('is not answered for with what has ended with another connection', async () => {
    await using rig = await start();
    const client = await rig.connect();
    const { id, pid } = await client.call('process.start', SLEEP, { key: 'k1' });
    expect(await client.call('process.start', SLEEP, { key: 'k1' })).toMatchObject({ id });
    client.close();
    await allGone([pid], 2000);
    const again = await rig.client.call('process.start', SLEEP, { key: 'k1' });
    expect(again.id).not.toBe(id);
    expect(isAlive(again.pid)).toBe(true);
  });

  it('is nothing for a detached one', async () => {
    await using rig = await start();
    const both = rig.client.call('process.start', { ...SLEEP, leash: true, detached: true });
    await expect(both).rejects.toMatchObject({
      type: 'invalid_params',
      message: expect.stringContaining('Leave one of both out'),
    });
    expect((await rig.client.call('process.list', {})).items).toEqual([]);
  });
});

describe('process.signal', () => {
  it('stops a program and lets it go on, and what is stopped can be closed', async () => {
    await using rig = await start();
    const { id, pid } = await rig.client.call('process.start', SLEEP);
    await rig.client.call('process.signal', { target: id, signal: 'SIGSTOP' });
    await waitFor('it to stand still', () => stateOf(pid ?? 0) === 'T');
    await rig.client.call('process.signal', { target: id, signal: 'SIGCONT' });
    await waitFor('it to go on', () => stateOf(pid ?? 0) === 'S');
    await rig.client.call('process.signal', { target: id, signal: 'SIGSTOP' });
    const begin = performance.now();
    const { items } = await rig.client.call('process.close', { target: id });
    expect(items).toMatchObject([{ id, endedBy: 'close', processes: 1 }]);
    expect(performance.now() - begin).toBeLessThan(4000);
  });

  it('reaches what the program started in its group', async () => {
    await using rig = await start();
    const line = 'sleep 1000 & echo $!; wait';
    const run = rig.client.open('process.run', { program: 'sh', args: ['-c', line] });
    const [child = 0] = await numbersOf(run, 1);
    expect(await rig.client.call('process.signal', { target: 'sh', signal: 'SIGKILL' })).toMatchObject({ name: 'sh' });
    await allGone([child], 2000);
    expect(await run.result).toMatchObject({ signal: 'SIGKILL' });
  });
});

describe('process.wait', () => {
  it('tells many at once how a program ended, and later ones too', async () => {
    await using rig = await start();
    const { id, pid } = await rig.client.call('process.start', SLEEP);
    const waits = Array.from({ length: 50 }, () => rig.client.call('process.wait', { target: id }));
    process.kill(pid ?? 0, 'SIGINT');
    const end = { id, state: 'killed', signal: 'SIGINT' };
    expect(await Promise.all(waits)).toMatchObject(waits.map(() => end));
    const late = await rig.client.call('process.wait', { target: id });
    expect(late).toMatchObject(end);
    expect(late.endedBy).toBeUndefined();
  });

  it('is left by whoever cancels it, and the program goes on', async () => {
    await using rig = await start();
    const { id, pid } = await rig.client.call('process.start', SLEEP);
    const leave = new AbortController();
    const wait = rig.client.call('process.wait', { target: id }, { signal: leave.signal });
    await rig.client.ping();
    leave.abort();
    await expect(wait).rejects.toMatchObject({ type: 'cancelled' });
    expect(isAlive(pid)).toBe(true);
  });
});
