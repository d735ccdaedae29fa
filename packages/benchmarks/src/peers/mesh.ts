import { setTimeout as sleep } from 'node:timers/promises';
import { paced, type Pace, type Reading, type Readings } from '../area.ts';
import { cpuMs, residentBytes } from '../programs/program.ts';

/** Peers that were started and listen, and a way to ask each whom it has met. */
export interface Peers extends AsyncDisposable {
  /** Their processes. */
  readonly pids: ReadonlySet<number>;
  /** Asks each. */
  readonly all: readonly (() => Promise<Met>)[];
}

/** How many a peer has met, and when the last, in milliseconds since 1970. */
export interface Met {
  readonly count: number;
  readonly lastAt: number;
}

/** How many peers are measured. */
export const SIZES = [10, 50, 200] as const;
export const MOST = SIZES[2];

/** How long a mesh may take, and how long each look waits for the next: looking costs the peers time too. */
const WITHIN_MS = 60_000;
const LOOK_MS = 500;

/** Measures one size after the other. */
export async function eachSize(measure: (size: number) => Promise<Readings>): Promise<Readings> {
  const readings = {};
  for (const size of SIZES) Object.assign(readings, await measure(size));
  return readings;
}

/** Starts peers and waits until each has met all others. They tell themselves when, so that how often is looked is no matter. */
export async function measureMesh(
  size: number,
  pace: Pace,
  start: (count: number) => Promise<Peers>,
): Promise<Readings> {
  // Two at least: one alone has nobody to meet.
  const count = Math.max(2, paced(size, pace));
  const began = Date.now();
  await using peers = await start(count);
  const listening = Date.now();
  const last = await completed(peers);
  const whole: Readings = { [`${size} peers`]: { value: (last - began) / 1000 } };
  if (size !== MOST) return whole;
  return {
    ...whole,
    // What listened first may have met the last before that was told.
    [`${size}, once all listen`]: { value: Math.max(1, last - listening) / 1000 },
    ...shareOf('processor time of a peer', [...peers.pids].map(cpuMs), count),
    ...shareOf('memory of a peer', [...peers.pids].map(residentBytes), count * 1e6),
  };
}

/** When the last two met. Asked again is only who has not met all yet. */
async function completed({ all }: Peers): Promise<number> {
  const deadline = Date.now() + WITHIN_MS;
  let last = 0;
  for (const ask of all) {
    let met = await ask();
    for (; met.count < all.length - 1; met = await ask()) {
      if (Date.now() > deadline) {
        throw new Error(`not all of ${all.length} peers have met after ${WITHIN_MS} ms: one has ${met.count}`);
      }
      await sleep(LOOK_MS);
    }
    last = Math.max(last, met.lastAt);
  }
  return last;
}

/** Nothing where the system does not tell. */
function shareOf(measure: string, values: readonly (number | undefined)[], count: number): Record<string, Reading> {
  const sum = values.reduce<number | undefined>((total, value) => add(total, value), 0);
  return sum === undefined ? {} : { [measure]: { value: sum / count } };
}

function add(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : one + other;
}
