import { quantile } from '@sextant/testing/figure';
import { paced, type Pace, type Readings } from '../area.ts';
import { dockerode } from './others.ts';
import type { Engine } from './engine.ts';

/** Containers that a list has. */
const LISTED = 20;
const LISTS = 150;
const INSPECTIONS = 50;

/** Containers that live from their creation to their removal. */
const LIVES = 8;
/** And those that are never started, which takes a tenth of the time. */
const IDLE_LIVES = 30;

/** All that is measured of whoever can be asked for containers. */
export async function measureEngine(engine: Engine, pace: Pace): Promise<Readings> {
  await using crowd = await Crowd.of(paced(LISTED, pace));
  // Whoever is asked has just been started, and its code is not compiled yet.
  await repeat(paced(LISTS, pace), () => engine.list());
  const lists = await repeat(paced(LISTS, pace), () => engine.list());
  const inspections = await repeat(paced(INSPECTIONS, pace), () => engine.inspect?.(crowd.first));
  const lives: Record<'create' | 'start' | 'stop' | 'remove', number[]> = {
    create: [],
    start: [],
    stop: [],
    remove: [],
  };
  const [started, all] = [paced(LIVES, pace), paced(LIVES + IDLE_LIVES, pace)];
  for (let count = 0; count < all; count += 1) {
    const name = nameOf('one', count);
    let id = name;
    await using cleared = crowd.clearing(name);
    lives.create.push(await took(async () => (id = await engine.create(name))));
    if (count < started) {
      lives.start.push(await took(() => engine.start(id)));
      lives.stop.push(await took(() => engine.stop(id)));
    }
    lives.remove.push(await took(() => engine.remove(id)));
    cleared.done();
  }
  return {
    [`list of ${LISTED}`]: { value: quantile(lists, 0.5) },
    ...(engine.inspect ? { inspect: { value: quantile(inspections, 0.5) } } : {}),
    ...Object.fromEntries(Object.entries(lives).map(([what, each]) => [what, { value: quantile(each, 0.5) }])),
  };
}

/** Containers that are only there to be listed; all go again. */
class Crowd implements AsyncDisposable {
  readonly #engine = dockerode();
  readonly #ids: string[] = [];

  static async of(count: number): Promise<Crowd> {
    const crowd = new Crowd();
    for (let made = 0; made < count; made += 1) crowd.#ids.push(await crowd.#engine.create(nameOf('listed', made)));
    return crowd;
  }

  get first(): string {
    return this.#ids[0] ?? '';
  }

  /** Removes what has this name, unless that is done. */
  clearing(name: string): AsyncDisposable & { done(): void } {
    let isDone = false;
    return {
      done: () => void (isDone = true),
      [Symbol.asyncDispose]: async () => {
        if (isDone) return;
        await this.#engine.stop(name).catch(() => {});
        await this.#engine.remove(name).catch(() => {});
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const id of this.#ids) await this.#engine.remove(id);
  }
}

/** Like no other's: many may measure on one engine. */
function nameOf(what: string, number: number): string {
  return `sextant-bench-${process.pid}-${what}-${number}`;
}

async function repeat(count: number, act: () => Promise<void> | undefined): Promise<number[]> {
  const all: number[] = [];
  for (let done = 0; done < count; done += 1) all.push(await took(act));
  return all;
}

async function took(act: () => Promise<unknown> | undefined): Promise<number> {
  const began = performance.now();
  await act();
  return performance.now() - began;
}
