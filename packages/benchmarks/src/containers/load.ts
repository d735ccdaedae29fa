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
  await warm(pace, () => engine.list());
  const lists = await repeat(paced(LISTS, pace), () => engine.list());
  const inspections = await repeat(paced(INSPECTIONS, pace), () => engine.inspect?.(crowd.first));
  await warm(pace, () => live(engine, crowd, false));
  const lives: Life[] = [];
  for (let count = 0; count < paced(LIVES + IDLE_LIVES, pace); count += 1)
    lives.push(await live(engine, crowd, count < paced(LIVES, pace)));
  return {
    [`list of ${LISTED}`]: { value: quantile(lists, 0.5) },
    ...(engine.inspect ? { inspect: { value: quantile(inspections, 0.5) } } : {}),
    ...Object.fromEntries(
      (['create', 'start', 'stop', 'remove'] as const).map((what) => {
        const took = lives.map((life) => life[what]).filter((ms) => ms !== undefined);
        return [what, { value: quantile(took, 0.5) }];
      }),
    ),
  };
}

/** What each step of one container took, ms. */
type Life = Partial<Record<'create' | 'start' | 'stop' | 'remove', number>>;

async function live(engine: Engine, crowd: Crowd, isStarted: boolean): Promise<Life> {
  const life: Life = {};
  const name = nameOf('one', 0);
  let id = name;
  await using cleared = crowd.clearing(name);
  life.create = await took(async () => (id = await engine.create(name)));
  if (isStarted) {
    life.start = await took(() => engine.start(id));
    life.stop = await took(() => engine.stop(id));
  }
  life.remove = await took(() => engine.remove(id));
  cleared.done();
  return life;
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

/** Whoever is asked has just been started: its code is compiled while it runs. */
async function warm({ ms }: Pace, act: () => Promise<unknown>): Promise<void> {
  for (const began = performance.now(); performance.now() - began < ms;) await act();
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
