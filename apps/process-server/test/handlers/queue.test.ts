import { describe, expect, it } from '@jest/globals';
import { waitFor } from '@sextant/testing/wait';
import { bash, collect, start, type Processes, type Running } from '../rig.ts';

const SLEEP = { program: 'sleep', args: ['1000'] };

/** What a run says of its queue until it runs, and that it does. */
async function itemsOf(stream: Running): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const { item } of stream) if (item) items.push(item);
  return items;
}

async function states(client: Processes): Promise<string[]> {
  return (await client.call('process.list', { scope: 'all' })).items.map(({ state }) => state);
}

describe('a queue', () => {
  it('lets so many run at a time, and the others in their order', async () => {
    await using rig = await start();
    const queue = { name: 'build', limit: 2 };
    const started = [];
    for (let count = 0; count < 4; count += 1) {
      started.push(await rig.client.call('process.start', { ...SLEEP, queue, name: `job${count}` }));
    }
    expect(started.map(({ pid }) => pid !== null)).toEqual([true, true, false, false]);
    const { items } = await rig.client.call('process.list', { details: true });
    expect(items).toMatchObject([
      { name: 'job3', state: 'queued', pid: null, endedAt: null, queue: { ...queue, position: 2 } },
      { name: 'job2', state: 'queued', pid: null, queue: { ...queue, position: 1 } },
      { name: 'job1', state: 'running', queue },
      { name: 'job0', state: 'running', queue },
    ]);
    await rig.client.call('process.close', { target: 'job0' });
    await waitFor('its turn', async () => (await states(rig.client))[1] === 'running');
    expect(await states(rig.client)).toEqual(['queued', 'running', 'running', 'killed']);
  });

  it('tells whoever waits for it where it is, and then runs it', async () => {
    await using rig = await start();
    const queue = { name: 'q', limit: 1 };
    const { id } = await rig.client.call('process.start', { ...SLEEP, queue });
    const runs = [1, 2].map((exit) =>
      rig.client.open('process.run', { program: 'sh', args: ['-c', `cat; exit ${exit}`], queue }),
    );
    const items = Promise.all(runs.map((run) => itemsOf(run)));
    for (const run of runs) {
      await run.write('stdin', Buffer.from('typed before it ran\n'));
      run.end('stdin');
    }
    await waitFor(
      'both to wait',
      async () => (await states(rig.client)).filter((state) => state === 'queued').length === 2,
    );
    await rig.client.call('process.close', { target: id });
    expect(await Promise.all(runs.map(({ result }) => result))).toMatchObject([{ exitCode: 1 }, { exitCode: 2 }]);
    const [first, second] = await items;
    expect(first).toMatchObject([{ queue: { name: 'q', position: 1 } }, { id: expect.any(String) }]);
    expect(second?.at(0)).toEqual({ queue: { name: 'q', position: 2 } });
    expect(second?.at(-1)).toMatchObject({ pid: expect.any(Number) });
  });

  it('keeps the input of what waits for whoever runs it', async () => {
    await using rig = await start();
    const queue = { name: 'q', limit: 1 };
    const first = await rig.client.call('process.start', { ...SLEEP, queue });
    const run = rig.client.open('process.run', { program: 'cat', queue, name: 'next' });
    await waitFor('it to wait', async () => (await states(rig.client))[0] === 'queued');
    const attached = rig.client.open('process.attach', { target: 'next', input: true });
    // A later request's answer says that the one before has come.
    await rig.client.call('process.list', {});
    await rig.client.call('process.close', { target: first.id });
    await expect(attached.result).rejects.toMatchObject({ type: 'conflict' });
    const collected = collect(run);
    await run.write('stdin', Buffer.from('mine\n'));
    run.end('stdin');
    const { stdout, result } = await collected;
    expect({ text: stdout.toString(), ...result }).toMatchObject({ text: 'mine\n', exitCode: 0 });
  });

  it('is left by what is closed, and by those whose caller goes away', async () => {
    await using rig = await start();
    const queue = { name: 'q', limit: 1 };
    const first = await rig.client.call('process.start', { ...SLEEP, queue });
    const { id } = await rig.client.call('process.start', { ...SLEEP, queue });
    const run = rig.client.open('process.run', { program: 'true', queue, name: 'attached' });
    const client = await rig.connect();
    const bound = await client.call('process.start', { ...SLEEP, queue });
    const cancelled = client.open('process.run', { program: 'true', queue });
    await waitFor(
      'all to wait',
      async () => (await states(rig.client)).filter((state) => state === 'queued').length === 4,
    );
    cancelled.cancel();
    await expect(cancelled.result).rejects.toMatchObject({ type: 'cancelled' });
    client.close();
    const wait = rig.client.call('process.wait', { target: bound.id });
    expect(await wait).toMatchObject({ state: 'failed', endedBy: 'connection', reason: 'ended', exitCode: null });
    const { items } = await rig.client.call('process.close', { target: id });
    expect(items).toMatchObject([{ id, state: 'failed', endedBy: 'close', pid: null }]);
    await expect(rig.client.call('process.close', { target: id })).rejects.toMatchObject({
      message: expect.stringContaining('it was ended before it ran'),
    });
    await rig.client.call('process.close', { target: 'attached' });
    await expect(run.result).rejects.toMatchObject({
      type: 'conflict',
      message: expect.stringContaining('before it ran'),
    });
    expect(await states(rig.client)).toEqual(['failed', 'failed', 'failed', 'failed', 'running']);
    await rig.client.call('process.close', { target: first.id });
  });

  it('remembers what could not be started when its turn came', async () => {
    await using rig = await start();
    const queue = { name: 'q', limit: 1 };
    const { id: first } = await rig.client.call('process.start', { ...SLEEP, queue });
    const { id, pid } = await rig.client.call('process.start', { program: 'no-such-program', queue });
    expect(pid).toBeNull();
    const attached = rig.client.open('process.attach', { target: id });
    const last = await rig.client.call('process.start', { ...SLEEP, queue });
    await rig.client.call('process.close', { target: first });
    expect(await attached.result).toMatchObject({ id, pid: null, exitCode: null });
    await waitFor('the next', async () => (await states(rig.client))[0] === 'running');
    const { items } = await rig.client.call('process.list', {});
    expect(items).toMatchObject([{ id: last.id }, { id, state: 'failed', reason: 'ENOENT' }, { id: first }]);
  });

  it('is where one waits while the service runs all it takes; others are refused', async () => {
    await using rig = await start({ maxRuns: 2 });
    for (const name of ['a', 'b']) await rig.client.call('process.start', { ...SLEEP, name });
    await expect(rig.client.call('process.start', SLEEP)).rejects.toMatchObject({
      type: 'busy',
      data: { retryAfterMs: 1000 },
    });
    const run = rig.client.open('process.run', { program: 'true', queue: { name: 'q', limit: 10 } });
    await waitFor('it to wait', async () => (await states(rig.client))[0] === 'queued');
    await rig.client.call('process.close', { target: 'a' });
    expect(await run.result).toMatchObject({ exitCode: 0 });
  });

  it('never runs more of 300 at a time', async () => {
    await using rig = await start();
    const queue = { name: 'q', limit: 4 };
    const line = 'mkdir run.$$; ls -d run.* | wc -l; rmdir run.$$';
    const program = { program: 'sh', args: ['-c', line], cwd: rig.home, queue };
    const counts: number[] = [];
    const clients = await Promise.all([1, 2, 3, 4, 5, 6].map(() => rig.connect()));
    await Promise.all(
      clients.flatMap((client) =>
        Array.from({ length: 50 }, async () => {
          const { stdout, result } = await collect(client.open('process.run', program));
          expect(result.exitCode).toBe(0);
          counts.push(Number(stdout));
        }),
      ),
    );
    expect(counts).toHaveLength(300);
    expect(Math.max(...counts)).toBeLessThanOrEqual(4);
    expect((await bash(rig.client, 'exit 0')).result.exitCode).toBe(0);
  }, 60_000);

  it('keeps nothing of a service that closes from ending', async () => {
    const rig = await start();
    const queue = { name: 'q', limit: 1 };
    for (let count = 0; count < 3; count += 1)
      await rig.client.call('process.start', { ...SLEEP, queue, detached: true });
    const run = rig.client.open('process.run', { program: 'true', queue });
    await waitFor('it to wait', async () => (await states(rig.client))[0] === 'queued');
    const begin = performance.now();
    await rig[Symbol.asyncDispose]();
    expect(performance.now() - begin).toBeLessThan(4000);
    await expect(run.result).rejects.toThrow();
  });
});
