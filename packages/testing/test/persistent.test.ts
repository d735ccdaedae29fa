import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { connect } from '@sextant/client/connect';
import { PersistentClient } from '@sextant/client/persistent';
import { startFaultProxy } from '../src/fault-proxy.ts';
import { seeded } from '../src/random.ts';
import { startRig } from '../src/rig.ts';
import { waitFor } from '../src/wait.ts';
import { createDiary, diary } from './diary.ts';
import { startScripted, type Script } from './scripted.ts';

const ITEMS = 5000;
const CUTS = 50;

/** A client of a service that answers by script, which is told of every loss. */
async function scripted(script: Script): Promise<
  AsyncDisposable & {
    client: PersistentClient<typeof diary>;
    service: Awaited<ReturnType<typeof startScripted>>;
    told: string[];
  }
> {
  const service = await startScripted(diary.name, script);
  const told: string[] = [];
  const client = new PersistentClient((signal) => connect(diary, service, { client: 'test/1', signal }), {
    lost: () => told.push('lost'),
    back: () => told.push('back'),
  });
  return {
    client,
    service,
    told,
    async [Symbol.asyncDispose]() {
      client.close();
      await service[Symbol.asyncDispose]();
    },
  };
}

describe('PersistentClient.follow', () => {
  it(`gives every item once and in order, though its connection is cut ${CUTS} times`, () =>
    seeded(async (random) => {
      await using rig = await startRig(createDiary(ITEMS));
      await using proxy = await startFaultProxy(rig.running);
      let cuts = 0;
      const nextCut = (): void => {
        const cutBy = random.chance(0.5) ? 'reset' : 'end';
        proxy.faults = cuts < CUTS ? { down: { cutAfterBytes: 1 + random.below(16_000), cutBy } } : {};
      };
      nextCut();
      const client = new PersistentClient((signal) => connect(diary, proxy, { client: 'test/1', signal }), {
        lost() {
          cuts += 1;
          nextCut();
        },
      });
      let last = 0;
      for await (const item of client.follow('diary.follow', {})) {
        if ('gap' in item || item.seq !== last + 1) throw new Error(`${JSON.stringify(item)} came after ${last}`);
        last = item.seq;
        if (last === ITEMS) break;
      }
      client.close();
      expect([last, cuts]).toEqual([ITEMS, CUTS]);
    }));

  it('passes on what is said to be missing, and goes on after it', async () => {
    const asked: unknown[] = [];
    await using one = await scripted({
      'diary.follow': ({ params }, say) => {
        asked.push(params);
        if (asked.length === 1) say.item({ seq: 1, text: 'a' }).cut();
        else if (asked.length === 2) say.item({ gap: { from: 2, to: 4 } }).cut();
        else say.item({ seq: 4, text: 'again' }).item({ seq: 5, text: 'e' }).result({ last: 5 });
      },
    });
    expect(await Array.fromAsync(one.client.follow('diary.follow', {}))).toEqual([
      { seq: 1, text: 'a' },
      { gap: { from: 2, to: 4 } },
      { seq: 5, text: 'e' },
    ]);
    expect(asked).toEqual([{}, { since: 1 }, { since: 4 }]);
    expect(one.told).toEqual(['lost', 'back', 'lost', 'back']);
  });

  it('does not take the numbers of another life of the service for its own', async () => {
    await using one = await scripted({ 'diary.follow': (_ask, say) => say.item({ seq: 7, text: 'x' }).restart() });
    const items = one.client.follow('diary.follow', {});
    expect(await items.next()).toEqual({ value: { seq: 7, text: 'x' }, done: false });
    await expect(items.next()).rejects.toMatchObject({ type: 'data_loss', retry: 'no' });
  });

  it('ends with the error where it cannot be told from where to go on', async () => {
    await using one = await scripted({ 'diary.shout': (_ask, say) => say.item({ text: 'x' }).cut() });
    const items = one.client.follow('diary.shout', {});
    await items.next();
    await expect(items.next()).rejects.toMatchObject({ type: 'unavailable', retry: 'unknown' });
  });

  it('cancels the request when it is left or aborted', async () => {
    await using rig = await startRig(createDiary(3));
    const client = new PersistentClient(() => rig.connect());
    for await (const item of client.follow('diary.follow', {})) if ('seq' in item && item.seq === 2) break;
    const stop = new AbortController();
    const left = (async () => {
      for await (const item of client.follow('diary.follow', {}, stop))
        if ('seq' in item && item.seq === 3) stop.abort(new Error('enough'));
    })();
    await expect(left).rejects.toThrow('enough');
    const { open } = await client.call('diary.state', {});
    expect(open).toBe(0);
    client.close();
  });
});

describe('PersistentClient.call', () => {
  it.each([
    ['what certainly did not happen', 'diary.read', 'safe', 2],
    ['nothing that may have happened', 'diary.read', 'unknown', 1],
    ['nothing that was refused', 'diary.read', 'no', 1],
    ['what is done once however often it is sent', 'diary.add', 'unknown', 2],
  ] as const)('sends again %s', async (_what, method, retry, times) => {
    const keys: unknown[] = [];
    await using one = await scripted({
      [method]: ({ key }, say) => {
        keys.push(key);
        if (keys.length === 1) say.error('unavailable', retry);
        else say.result({ entries: 1 });
      },
    });
    const outcome = await one.client.call(method, { text: 'x' }).catch((error: unknown) => error);
    expect(outcome).toMatchObject(times === 2 ? { entries: 1 } : { type: 'unavailable', retry });
    expect(keys).toHaveLength(times);
    expect(new Set(keys).size).toBe(1);
    expect(typeof keys[0]).toBe(method === 'diary.add' ? 'string' : 'undefined');
  });

  it('waits as long as it is asked to, and not for ever', async () => {
    const at: number[] = [];
    await using one = await scripted({
      'diary.read': (_ask, say) => {
        at.push(performance.now());
        say.error('busy', 'safe', { retryAfterMs: 100 });
      },
    });
    await expect(one.client.call('diary.read', { text: '' })).rejects.toMatchObject({ type: 'busy' });
    expect(at).toHaveLength(5);
    for (const [index, time] of at.entries()) if (index > 0) expect(time - (at[index - 1] ?? 0)).toBeGreaterThan(95);
  });

  it('sends again over a new connection what was lost with a key, and leaves the rest in doubt', async () => {
    let times = 0;
    const cutOnce: Script[string] = (_ask, say) => {
      times += 1;
      if (times % 2 === 1) say.cut();
      else say.result({ entries: 1 });
    };
    await using one = await scripted({ 'diary.add': cutOnce, 'diary.read': cutOnce });
    expect(await one.client.call('diary.add', { text: 'x' })).toEqual({ entries: 1 });
    await expect(one.client.call('diary.read', { text: 'x' })).rejects.toMatchObject({ retry: 'unknown' });
    expect(times).toBe(3);
  });

  it('asks no other life of a service what became of a key', async () => {
    let times = 0;
    await using one = await scripted({
      'diary.add': (_ask, say) => {
        times += 1;
        say.restart();
      },
    });
    await expect(one.client.call('diary.add', { text: 'x' })).rejects.toMatchObject({ retry: 'unknown' });
    expect(times).toBe(1);
  });

  it('is done once each time, though its answers are lost', () =>
    seeded(async (random) => {
      await using rig = await startRig(createDiary(0));
      await using proxy = await startFaultProxy(rig.running);
      let cuts = 0;
      const nextCut = (): void => {
        proxy.faults = cuts < 20 ? { down: { cutAfterBytes: 1500 + random.below(2000) } } : {};
      };
      nextCut();
      const client = new PersistentClient((signal) => connect(diary, proxy, { client: 'test/1', signal }), {
        lost() {
          cuts += 1;
          nextCut();
        },
      });
      const answers: number[] = [];
      for (let time = 1; time <= 300; time += 1)
        answers.push((await client.call('diary.add', { text: String(time) })).entries);
      client.close();
      expect(cuts).toBeGreaterThan(0);
      expect(answers).toEqual(Array.from({ length: 300 }, (_, at) => at + 1));
    }));

  it('waits for a service that is not there yet, and stops when told to', async () => {
    const nowhere = new PersistentClient((signal) =>
      connect(diary, { host: '127.0.0.1', port: 1 }, { client: 'test/1', signal }),
    );
    await expect(nowhere.call('diary.state', {}, { signal: AbortSignal.timeout(100) })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    const waiting = expect(nowhere.call('diary.state', {})).rejects.toMatchObject({ retry: 'no' });
    nowhere.close();
    await waiting;
  });

  it('fails at once with what will not pass by itself', async () => {
    await using rig = await startRig(createDiary(0));
    const stranger = new PersistentClient((signal) =>
      connect(diary, rig.running, { client: 'test/1', auth: { type: 'token', token: 'wrong' }, signal }),
    );
    await expect(stranger.call('diary.state', {})).rejects.toMatchObject({ type: 'unauthenticated' });
  });
});

describe('goaway', () => {
  it('moves to a new connection at once, while what is unanswered ends on the old one', async () => {
    const answer = Promise.withResolvers<void>();
    await using one = await scripted({
      'diary.read': ({ params }, say) => {
        if (params['text'] === 'slow') void answer.promise.then(() => say.result({ entries: 1 }));
        else say.result({ entries: 2 });
      },
    });
    const slow = one.client.call('diary.read', { text: 'slow' });
    await waitFor('the request', () => one.service.asked.includes('diary.read'));
    const old = await one.client.client();
    one.service.goaway();
    await waitFor('the news', () => old.lost);
    await expect(old.call('diary.read', { text: '' })).rejects.toMatchObject({ type: 'unavailable', retry: 'safe' });
    expect(await one.client.call('diary.read', { text: '' })).toEqual({ entries: 2 });
    expect(await one.client.client()).not.toBe(old);
    await sleep(20);
    answer.resolve();
    expect(await slow).toEqual({ entries: 1 });
    await old.closed;
  });
});
