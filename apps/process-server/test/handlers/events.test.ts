import { describe, expect, it } from '@jest/globals';
import type { RunEvent } from '@sextant/protocol/process-schemas';
import { bash, collect, start, type Processes } from '../rig.ts';

type Change = Extract<RunEvent, { run: object }>;

/** What is told from now on: the snapshot's first part, and as many changes as are asked for. */
async function watch(client: Processes, since?: number) {
  const stream = client.open('process.events', { since });
  const items = stream[Symbol.asyncIterator]();
  const next = async (): Promise<RunEvent> => (await items.next()).value?.item as RunEvent;
  return {
    next,
    async changes(count: number): Promise<Change[]> {
      const found: Change[] = [];
      while (found.length < count) found.push((await next()) as Change);
      return found;
    },
    close: () => stream.cancel(),
  };
}

describe('process.events', () => {
  it('begins with all there are, and goes on with each change once', async () => {
    await using rig = await start();
    await bash(rig.client, 'exit 0');
    const { id } = await rig.client.call('process.start', { program: 'sleep', args: ['1000'], name: 'long' });
    const events = await watch(rig.client);
    expect(await events.next()).toMatchObject({
      type: 'snapshot',
      part: 1,
      more: false,
      seq: 3,
      runs: [
        { id, state: 'running' },
        { name: 'bash', state: 'exited' },
      ],
    });
    await rig.client.call('process.close', { target: id });
    await rig.client.call('process.start', { program: '/' }).catch(() => {});
    const told = await events.changes(2);
    expect(told).toMatchObject([
      { seq: 4, type: 'ended', owner: 'local', run: { id, state: 'killed', signal: 'SIGTERM', endedBy: 'close' } },
      { seq: 5, type: 'failed', run: { state: 'failed', reason: 'EISDIR' } },
    ]);
    expect(told[0]?.log).toBeUndefined();
    expect(told[0]?.at).toBe(told[0]?.run.endedAt);
    const later = await watch(rig.client, 3);
    expect(await later.changes(2)).toEqual(told);
  });

  it('tells the last lines of one that died and was not asked to, to those who may touch it', async () => {
    await using rig = await start();
    const [ann, bob] = [await rig.person('ann', 'process:*'), await rig.person('bob', 'process:read')];
    const watchers = await Promise.all([watch(ann), watch(bob)]);
    for (const watcher of watchers) expect(await watcher.next()).toMatchObject({ type: 'snapshot', runs: [] });
    const line = 'for n in $(seq 30); do echo $n; sleep 0.002; echo bad $n >&2; sleep 0.002; done; kill -9 $$';
    await collect(ann.open('process.run', { program: 'bash', args: ['-c', line] }));
    const [own, others] = await Promise.all(watchers.map((watcher) => watcher.changes(2)));
    const log = [21, 22, 23, 24, 25, 26, 27, 28, 29, 30].flatMap((n) => [`${n}`, `bad ${n}`]);
    expect(own).toMatchObject([
      { type: 'started' },
      { type: 'ended', owner: 'ann', run: { state: 'killed', signal: 'SIGKILL' }, log },
    ]);
    expect(own?.[1]?.run.endedBy).toBeUndefined();
    expect(others).toMatchObject([{ type: 'started' }, { type: 'ended', owner: 'ann' }]);
    expect(others?.[1]?.log).toBeUndefined();
  });

  it.each([
    ['a signal that was sent', 'sleep 1000', 'signal'],
    ['an orderly end after it', 'trap "exit 3" TERM; echo; while :; do sleep 0.05; done', 'signal'],
  ])('tells that it was asked for: %s', async (_what, line, endedBy) => {
    await using rig = await start();
    const stream = rig.client.open('process.run', { program: 'bash', args: ['-c', `echo; ${line}`] });
    for await (const { body } of stream) if (body) break;
    const events = await watch(rig.client, 1);
    await rig.client.call('process.signal', { target: 'bash', signal: 'SIGTERM' });
    const [ended] = await events.changes(1);
    expect(ended).toMatchObject({ type: 'ended', run: { endedBy } });
    expect(ended?.log).toBeUndefined();
  });

  it('says what is gone, and begins anew', async () => {
    await using rig = await start();
    const fail = (): Promise<unknown> => rig.client.call('process.start', { program: '/' }).catch(() => {});
    for (let count = 0; count < 510; count += 1) await fail();
    const events = await watch(rig.client, 2);
    expect(await events.next()).toEqual({ gap: { from: 3, to: 509 } });
    for (let part = 1; part <= 11; part += 1) {
      expect(await events.next()).toMatchObject({ type: 'snapshot', part, more: part < 11 });
    }
    await fail();
    expect(await events.changes(1)).toMatchObject([{ seq: 511, type: 'failed' }]);
  });

  it('keeps nothing of watchers who have left', async () => {
    await using rig = await start();
    const client = await rig.connect();
    const events = await watch(client);
    await events.next();
    events.close();
    client.close();
    await bash(rig.client, 'exit 0');
    expect(await (await watch(rig.client, 0)).changes(2)).toMatchObject([{ type: 'started' }, { type: 'ended' }]);
  });
});
