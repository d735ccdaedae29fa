import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '@sextant/testing/figure';
import { paced, type Pace, type Reading, type Readings } from '../area.ts';
import { costing } from '../load/cost.ts';
import type { Program } from '../programs/program.ts';
import { Lines, type Dialect } from './lines.ts';
import type { Runner } from './runner.ts';

/** Programs of which each is started once the one before has ended. */
const SEQUENTIAL = 300;
const AT_ONCE = 8;
const OUTPUT_BYTES = 1024 * 1024 * 1024;
const WRITE_BYTES = 128 * 1024;

/** Megabytes of memory that a server which has been busy for long is taken to hold. */
export const HEAP_MB = 1024;

/** A word that is in no answer but in what a program prints. */
const WORD = 'sextant-first-byte';

/** The work of measuring a runner, with or without telling what it costs a server. */
type Cost = (work: () => Promise<number>) => Promise<Reading>;

/** All that is measured of a server of JSON lines of usual size. */
export async function measureLines(server: Program, dialect: Dialect, pace: Pace): Promise<Readings> {
  using lines = await Lines.to(server.port, dialect);
  return await measureRunner(lines, (work) => costing(server.pid, work), pace);
}

/** The same of somebody who is asked by starting a program, fewer times where each takes long. */
export async function measureRunner(
  runner: Runner,
  cost: Cost,
  pace: Pace,
  sequential = SEQUENTIAL,
): Promise<Readings> {
  const count = paced(sequential, pace);
  await each(count / 10, () => runner.run('true'));
  return {
    'start to exit': await cost(async () => quantile(await each(count, () => runner.run('true')), 0.5)),
    'first byte': await cost(async () => quantile(await each(count, () => runner.hear(WORD, 'echo', WORD)), 0.5)),
    '8 at once': await cost(() => atOnce(runner, pace)),
    output: await cost(() => output(runner, pace)),
  };
}

/** What is measured of a server that holds much memory: its starts, and how long it is deaf for others meanwhile. */
export async function measureLarge(server: Program, dialect: Dialect, pace: Pace): Promise<Readings> {
  using runs = await Lines.to(server.port, dialect);
  using pings = await Lines.to(server.port, dialect);
  const count = paced(SEQUENTIAL / 3, pace);
  await each(count / 10, () => runs.run('true'));
  const started = each(count, () => runs.run('true'));
  const deaf: number[] = [];
  do deaf.push(await took(() => pings.ping()));
  while ((await Promise.race([started, sleep(1)])) === undefined);
  return {
    'start to exit, large': { value: quantile(await started, 0.5) },
    'longest stall, large': { value: Math.max(...deaf) },
  };
}

/** Runs that ended in a second. */
async function atOnce(runner: Runner, { ms }: Pace): Promise<number> {
  const began = performance.now();
  let ended = 0;
  const one = async (): Promise<void> => {
    while (performance.now() - began < ms) {
      await runner.run('true');
      ended += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return (ended * 1000) / (performance.now() - began);
}

/** Megabytes a second. */
async function output(runner: Runner, pace: Pace): Promise<number> {
  const writes = paced(OUTPUT_BYTES / WRITE_BYTES, pace);
  const dd = ['dd', 'if=/dev/zero', `bs=${WRITE_BYTES}`, `count=${writes}`, 'status=none'] as const;
  const ms = await took(() => runner.pour(writes * WRITE_BYTES, ...dd));
  return (writes * WRITE_BYTES) / 1000 / ms;
}

/** Milliseconds that each took, one after the other. */
async function each(count: number, act: () => Promise<void>): Promise<number[]> {
  const all: number[] = [];
  for (let done = 0; done < count; done += 1) all.push(await took(act));
  return all;
}

async function took(act: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await act();
  return performance.now() - began;
}
