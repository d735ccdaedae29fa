import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Places, type Place } from '../../src/run/queue.ts';

/** Takes places, and notes who gets one in which order. */
function taker(places: Places): { take: (owner: string, name: string, limit: number) => Place; order: string[] } {
  const order: string[] = [];
  let count = 0;
  const take = (owner: string, name: string, limit: number): Place => {
    count += 1;
    const label = `${owner}/${name}/${count}`;
    const place = places.take(owner, { name, limit });
    void place.granted().then(() => order.push(label));
    return place;
  };
  return { take, order };
}

describe('Places', () => {
  it('lets no more of a queue run than it says, and in their order', async () => {
    const places = new Places(100);
    const { take, order } = taker(places);
    const all = [1, 2, 3, 4, 5].map(() => take('ann', 'build', 2));
    await turn();
    expect(order).toEqual(['ann/build/1', 'ann/build/2']);
    expect(all.map(({ isWaiting }) => isWaiting)).toEqual([false, false, true, true, true]);
    expect(all[4]?.queue).toEqual({ name: 'build', limit: 2, position: 3 });
    // One that gives up moves those behind it.
    all[2]?.leave();
    expect(all[4]?.queue?.position).toBe(2);
    all[0]?.leave();
    all[0]?.leave();
    await turn();
    expect(order).toEqual(['ann/build/1', 'ann/build/2', 'ann/build/4']);
    expect(all[3]?.queue).toEqual({ name: 'build', limit: 2 });
  });

  it('numbers those who wait once, however many ask', () => {
    const places = new Places(1);
    const all = Array.from({ length: 10_000 }, () => places.take('ann', { name: 'q', limit: 1 }));
    const positions = all.map((place) => place.queue?.position);
    expect(positions).toEqual(all.map((_place, at) => (at === 0 ? undefined : at)));
    const last = places.take('ann', { name: 'q', limit: 1 });
    expect(last.queue?.position).toBe(10_000);
    all[0]?.leave();
    expect([all[1]?.queue?.position, last.queue?.position]).toEqual([undefined, 9999]);
  });

  it('counts the queues of each owner apart, and the limit that was stated last', async () => {
    const { take, order } = taker(new Places(100));
    for (const owner of ['ann', 'ann', 'ann', 'bob']) take(owner, 'build', 1);
    await turn();
    expect(order).toEqual(['ann/build/1', 'bob/build/4']);
    take('ann', 'build', 3);
    await turn();
    expect(order).toEqual(['ann/build/1', 'bob/build/4', 'ann/build/2', 'ann/build/3']);
  });

  it('refuses at once who names no queue, and gives what is free to who asked first of the others', async () => {
    const places = new Places(1);
    const { take, order } = taker(places);
    const first = places.take('ann');
    expect(first.queue).toBeUndefined();
    expect(() => places.take('ann')).toThrow(expect.objectContaining({ type: 'busy' }));
    expect(() => places.take('bob')).toThrow(
      expect.objectContaining({
        data: expect.objectContaining({ retryAfterMs: 1000 }),
        message: expect.stringContaining('1 programs run'),
      }),
    );
    const [second] = [take('bob', 'b', 5), take('ann', 'a', 5), take('bob', 'b', 5)];
    first.leave();
    await turn();
    expect(order).toEqual(['bob/b/1']);
    second?.leave();
    await turn();
    expect(order).toEqual(['bob/b/1', 'ann/a/2']);
  });

  it('has at most so many wait', () => {
    const places = new Places(1);
    for (let count = 0; count <= 10_000; count += 1) places.take('ann', { name: 'q', limit: 1 });
    expect(() => places.take('bob', { name: 'q', limit: 1 })).toThrow(expect.objectContaining({ type: 'busy' }));
  });

  it('never exceeds a limit in 10,000 bursts', async () => {
    const [most, limit] = [7, 3];
    const places = new Places(most);
    const running = new Map<string, number>();
    let [total, ran, exceeded] = [0, 0, 0];
    const live = async (name: string, place: Place): Promise<void> => {
      await place.granted();
      total += 1;
      running.set(name, (running.get(name) ?? 0) + 1);
      if (total > most || (running.get(name) ?? 0) > limit) exceeded += 1;
      if (ran % 3 === 0) await turn();
      ran += 1;
      total -= 1;
      running.set(name, (running.get(name) ?? 0) - 1);
      place.leave();
    };
    const lives: Promise<void>[] = [];
    for (let burst = 0; burst < 10_000; burst += 1) {
      for (const at of [0, 1, 2, 3, 4]) {
        const name = `q${(burst + at) % 3}`;
        lives.push(live(name, places.take('ann', { name, limit })));
      }
      if (burst % 10 === 9) await Promise.all(lives.splice(0));
    }
    expect([exceeded, total]).toEqual([0, 0]);
    // Nothing is left of any of them.
    for (let count = 0; count < most; count += 1) places.take('ann');
    expect(() => places.take('ann')).toThrow('7 programs run');
  });
});
