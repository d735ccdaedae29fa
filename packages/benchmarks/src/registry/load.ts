import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '@sextant/testing/figure';
import { paced, type Pace, type Reading, type Readings } from '../area.ts';
import { median } from '../figure.ts';
import { apart } from '../load/apart.ts';
import { costing } from '../load/cost.ts';
import { residentBytes, type Program } from '../programs/program.ts';
import type { Dialect } from './dialect.ts';
import { FIRST } from './numbered.ts';
import { Teller } from './teller.ts';
import { reachWatchers } from './watchers.ts';

/** Entries that are there already. */
const ENTRIES = 10_000;
/** Names that are registered one after the other, to see how long each takes. */
const SEQUENTIAL = 5000;
const CLIENTS = 64;
/** What our limit allows on one connection. */
const IN_FLIGHT = 64;
/** Names of a batch: registered, given up with their connections, and registered again. */
const BATCH = 16_384;
/** Batches at most. */
const BATCHES = 100;
const LISTS = 20;

/** Numbers of the names that come and go. */
const PASSING = FIRST + 1_000_000;
/** Numbers for what is only tried out before it is measured; below the others, since some have to rise. */
const TRIAL = FIRST + 500_000;

/** All that is measured of a registry. */
export async function measureRegistry(server: Program, dialect: Dialect, pace: Pace): Promise<Readings> {
  const count = paced(ENTRIES, pace);
  using seed = await Teller.to(server.port, dialect);
  await seed.sendAll(dialect.register, { first: FIRST, count }, IN_FLIGHT);
  const bytes = residentBytes(server.pid);
  const lists = await costing(server.pid, () => listAll(server, dialect, count, paced(LISTS, pace)));
  return {
    ...(bytes !== undefined && { memory: { value: bytes / 1e6 } }),
    'list of 10,000': lists,
    'a change to 1,000 watchers': await reachWatchers(server, dialect, pace),
    'register, one at a time': await oneAtATime(server, dialect, paced(SEQUENTIAL, pace)),
    '64 clients': await rate(server, dialect, CLIENTS, 1, pace),
    '1 client, 64 in flight': await rate(server, dialect, 1, IN_FLIGHT, pace),
  };
}

/** Milliseconds that everybody takes, the median. */
async function listAll(server: Program, dialect: Dialect, count: number, times: number): Promise<number> {
  using teller = await Teller.to(server.port, dialect);
  const took: number[] = [];
  for (let time = 0; time < times; time += 1) {
    const began = performance.now();
    await dialect.list(teller, count);
    took.push(performance.now() - began);
  }
  return quantile(took, 0.5);
}

/** Microseconds from a registration to its answer, the median. */
async function oneAtATime(server: Program, dialect: Dialect, count: number): Promise<Reading> {
  using teller = await Teller.to(server.port, dialect);
  await teller.sendAll(dialect.register, { first: TRIAL, count: Math.ceil(count / 5) }, 1);
  const took: number[] = [];
  const registerAll = async (): Promise<number> => {
    for (let done = 0; done < count; done += 1) {
      const began = performance.now();
      await teller.sendAll(dialect.register, { first: PASSING + done, count: 1 }, 1);
      took.push((performance.now() - began) * 1000);
    }
    return quantile(took, 0.5);
  };
  return await apart(server.pid, () => costing(server.pid, registerAll));
}

/** Registrations a second, with so many always unanswered on each connection. */
async function rate(
  server: Program,
  dialect: Dialect,
  connections: number,
  inFlight: number,
  pace: Pace,
): Promise<Reading> {
  const each = Math.max(1, Math.floor(paced(BATCH, pace) / connections));
  await batch(server, dialect, connections, each, inFlight);
  const batches: Reading[] = [];
  const most = paced(BATCHES, pace);
  for (let took = 0; took < pace.ms && batches.length < most; took += batches.at(-1)?.value ?? 0) {
    batches.push(await batch(server, dialect, connections, each, inFlight));
  }
  const perBatch = batches.reduce((sum, { value }) => sum + value, 0) / batches.length;
  return {
    value: (each * connections * 1000) / perBatch,
    serverCpu: median(batches.map(({ serverCpu }) => serverCpu)),
    loadCpu: median(batches.map(({ loadCpu }) => loadCpu)),
  };
}

/** Milliseconds of waiting until a registry has noticed that connections are gone, and given up what they held. */
const NOTICE_MS = 100;

/** Milliseconds that a batch takes; its names are free again afterwards. */
async function batch(
  server: Program,
  dialect: Dialect,
  connections: number,
  each: number,
  inFlight: number,
): Promise<Reading> {
  const tellers = await Promise.all(Array.from({ length: connections }, () => Teller.to(server.port, dialect)));
  const reading = await costing(server.pid, async () => {
    const began = performance.now();
    await Promise.all(
      tellers.map((teller, at) =>
        teller.sendAll(dialect.register, { first: PASSING + at * each, count: each }, inFlight),
      ),
    );
    return performance.now() - began;
  });
  for (const teller of tellers) teller[Symbol.dispose]();
  await sleep(NOTICE_MS);
  return reading;
}
