import { setTimeout as sleep } from 'node:timers/promises';
import { paced, type Pace, type Reading, type Readings } from '../area.ts';
import { median } from '../figure.ts';
import { cpuMs, residentBytes } from '../programs/program.ts';

/** Peers that were started: processes, and a way to ask each whom it has met. */
export interface Peers extends AsyncDisposable {
  readonly pids: readonly number[];
  /** How many each has met, and when the last, in milliseconds since 1970. */
  met(): Promise<readonly Met[]>;
}

export interface Met {
  readonly count: number;
  readonly lastAt: number;
}

const PEERS = 200;

/** How long all may take, and how long each look waits for the next: looking costs the peers time too. */
const WITHIN_MS = 120_000;
const LOOK_MS = 1000;

/** Two at least: one alone has nobody to meet. */
export function peersAt(pace: Pace): number {
  return Math.max(2, paced(PEERS, pace));
}

/** Starts peers and waits until each has met all others. They tell themselves when, so that how often is looked is no matter. */
export async function measureMesh(count: number, start: (count: number) => Promise<Peers>): Promise<Readings> {
  const began = Date.now();
  await using peers = await start(count);
  const all = await complete(peers, count);
  const last = Math.max(...all.map(({ lastAt }) => lastAt));
  return {
    'every pair has greeted': { value: (last - began) / 1000 },
    ...reading('processor time of a peer', median(peers.pids.map(cpuMs))),
    ...reading('memory of a peer', median(peers.pids.map(residentBytes)), 1e6),
  };
}

async function complete(peers: Peers, count: number): Promise<readonly Met[]> {
  for (const deadline = Date.now() + WITHIN_MS; Date.now() < deadline; await sleep(Math.min(LOOK_MS, count * 10))) {
    const all = await peers.met();
    if (all.every((one) => one.count === count - 1)) return all;
  }
  throw new Error(`not all of ${count} peers have met after ${WITHIN_MS} ms`);
}

/** Nothing where the system does not tell. */
function reading(measure: string, value: number | undefined, unit = 1): Record<string, Reading> {
  return value === undefined ? {} : { [measure]: { value: value / unit } };
}
