import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '@sextant/testing/figure';
import { paced, type Pace, type Reading } from '../area.ts';
import { costing } from '../load/cost.ts';
import type { Program } from '../programs/program.ts';
import type { Dialect } from './dialect.ts';
import { FIRST } from './numbered.ts';
import { Teller } from './teller.ts';

const WATCHERS = 1000;
const CHANGES = 50;
/** Changes that come before those that count. */
const WARM = 10;
/** Watchers that begin at a time: all of them at once would be more than a queue of connections holds. */
const AT_ONCE = 50;
/** Milliseconds between changes, so that each is one by itself. */
const PAUSE_MS = 5;

/** Milliseconds from a change being sent to its last byte at a watcher: of a hundred, the slowest but one. */
export async function reachWatchers(server: Program, dialect: Dialect, pace: Pace): Promise<Reading> {
  await using watchers = await Watchers.begin(server, dialect, paced(WATCHERS, pace));
  using changer = await Teller.to(server.port, dialect);
  for (let number = 0; number < WARM; number += 1) await watchers.reach(changer, FIRST + number);
  return await costing(server.pid, async () => {
    const took: number[] = [];
    for (let number = 0; number < paced(CHANGES, pace); number += 1) {
      took.push(...(await watchers.reach(changer, FIRST + WARM + number)));
      await sleep(PAUSE_MS);
    }
    return quantile(took, 0.99);
  });
}

class Watchers implements AsyncDisposable {
  readonly #dialect: Dialect;
  readonly #tellers: Teller[] = [];

  private constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  static async begin(server: Program, dialect: Dialect, count: number): Promise<Watchers> {
    const watchers = new Watchers(dialect);
    const { request, counter, first } = dialect.watch;
    const begin = async (): Promise<Teller> => {
      const teller = await Teller.to(server.port, dialect, counter());
      const begun = teller.more(first);
      teller.send(request);
      await begun;
      return teller;
    };
    for (let left = count; left > 0; left -= AT_ONCE) {
      const some = Array.from({ length: Math.min(left, AT_ONCE) }, begin);
      watchers.#tellers.push(...(await Promise.all(some)));
    }
    return watchers;
  }

  /** Changes something; milliseconds until each has heard of it. */
  async reach(changer: Teller, number: number): Promise<number[]> {
    const heard = this.#tellers.map((teller) => teller.more(this.#dialect.watch.each));
    const answered = changer.more(this.#dialect.change.counts ?? 1);
    const began = performance.now();
    changer.sendSome(this.#dialect.change, { first: number, count: 1 });
    const took = await Promise.all(heard.map((told) => told.then(() => performance.now() - began)));
    await answered;
    return took;
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const teller of this.#tellers) teller[Symbol.dispose]();
    return sleep(100);
  }
}
