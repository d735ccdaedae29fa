import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '@sextant/testing/figure';
import { paced, type Pace, type Reading, type Readings } from '../area.ts';
import { apart } from '../load/apart.ts';
import { costing } from '../load/cost.ts';
import { Link } from '../load/link.ts';
import { untilQuiet } from '../load/quiet.ts';
import type { Program } from '../programs/program.ts';

/** How a request is written, each of one kind as long as the others: the load makes them, it does not understand them. */
export interface Script {
  /** What is sent before the first request of a connection. */
  opening?(connection: number): Uint8Array | string;
  readonly requestBytes: number;
  /** Writes the request with this number, on this connection, into `target` at an offset. */
  write(target: Buffer, at: number, number: number, connection: number): void;
}

/** The first number of a connection's requests, of the same length as all that follow. */
export const FIRST = 1_000_000_000;

/** Connections so far, from a number as long as all that follow: never the same twice, since some servers know them by it. */
let connections = 10_000;

/** Whoever of the servers allows fewer in flight is told to allow these. */
export const IN_FLIGHT = 256;
const CONNECTIONS = 64;
const IN_FLIGHT_EACH = 16;

/** Requests of which each is sent once the one before is answered. */
const SEQUENTIAL = 5000;

/** All that is measured of a server of requests. */
export async function measureRequests(server: Program, script: Script, pace: Pace): Promise<Readings> {
  return {
    'one at a time': await oneAtATime(server, script, paced(SEQUENTIAL, pace)),
    [`${IN_FLIGHT} in flight`]: await inFlight(server, script, 1, IN_FLIGHT, pace),
    [`${CONNECTIONS} x ${IN_FLIGHT_EACH} in flight`]: await inFlight(server, script, CONNECTIONS, IN_FLIGHT_EACH, pace),
  };
}

/** Microseconds from a request to its answer, the median. */
async function oneAtATime(server: Program, script: Script, count: number): Promise<Reading> {
  using asker = await Asker.to(server.port, script);
  await roundTrips(asker, count / 10);
  return await apart(server.pid, () => costing(server.pid, async () => quantile(await roundTrips(asker, count), 0.5)));
}

async function roundTrips(asker: Asker, count: number): Promise<number[]> {
  const took: number[] = [];
  for (let done = 0; done < count; done += 1) {
    const began = performance.now();
    asker.ask(1);
    await asker.answered();
    took.push((performance.now() - began) * 1000);
  }
  return took;
}

/** Answers a second, with so many requests always unanswered on each connection. */
async function inFlight(
  server: Program,
  script: Script,
  connections: number,
  each: number,
  { ms }: Pace,
): Promise<Reading> {
  const askers = await Promise.all(Array.from({ length: connections }, () => Asker.to(server.port, script)));
  for (const asker of askers) asker.keepInFlight(each);
  await sleep(ms / 4);
  const reading = await costing(server.pid, async () => {
    const before = sum(askers);
    const began = performance.now();
    await sleep(ms);
    return ((sum(askers) - before) * 1000) / (performance.now() - began);
  });
  for (const asker of askers) asker[Symbol.dispose]();
  return reading;
}

function sum(askers: readonly Asker[]): number {
  return askers.reduce((all, { answers }) => all + answers, 0);
}

/** Requests that are written in one piece of memory at most. */
const BATCH = 256;

/** One connection that asks, and counts answers by their bytes. */
class Asker implements Disposable {
  readonly #link: Link;
  readonly #script: Script;
  #answerBytes = 0;
  #baseBytes = 0;
  #asked = 0;
  #serial = FIRST;
  readonly #number = connections++;

  private constructor(link: Link, script: Script) {
    this.#link = link;
    this.#script = script;
  }

  /** Dials, opens and learns how long an answer is: that of the third, once both sides have got used to each other. */
  static async to(port: number, script: Script): Promise<Asker> {
    const link = await Link.to(port);
    const asker = new Asker(link, script);
    if (script.opening) link.send(script.opening(asker.#number));
    for (let trial = 0; trial < 3; trial += 1) {
      const before = await untilQuiet(link);
      asker.ask(1);
      await link.until(before + 1);
      asker.#answerBytes = (await untilQuiet(link)) - before;
    }
    asker.#baseBytes = link.received;
    asker.#asked = 0;
    return asker;
  }

  /** Answers that have come since the beginning. */
  get answers(): number {
    return Math.floor((this.#link.received - this.#baseBytes) / this.#answerBytes);
  }

  ask(count: number): void {
    for (let left = count; left > 0; left -= BATCH) this.#askBatch(Math.min(left, BATCH));
  }

  /** Resolves once everything that was asked is answered. */
  async answered(): Promise<void> {
    await this.#link.until(this.#baseBytes + this.#asked * this.#answerBytes);
  }

  keepInFlight(count: number): void {
    this.#link.heard = () => this.ask(this.answers + count - this.#asked);
    this.ask(count);
  }

  [Symbol.dispose](): void {
    this.#link[Symbol.dispose]();
  }

  #askBatch(count: number): void {
    const { requestBytes } = this.#script;
    const batch = Buffer.allocUnsafe(count * requestBytes);
    for (let one = 0; one < count; one += 1) {
      this.#script.write(batch, one * requestBytes, this.#serial, this.#number);
      this.#serial += 1;
    }
    this.#asked += count;
    this.#link.send(batch);
  }
}
