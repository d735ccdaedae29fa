import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { quantile } from '@sextant/testing/figure';
import { paced, type Pace, type Reading, type Readings } from '../area.ts';
import { makeFolder } from '../programs/folder.ts';
import { freePort } from '../programs/free-port.ts';
import { residentBytes, startProgram } from '../programs/program.ts';

const run = promisify(execFile);

/** Starts of which the middle one counts. */
const STARTS = 7;

/** Milliseconds after which a program that nobody asks anything has settled. */
const SETTLE_MS = 2000;

/** A program to be started, which listens on the port it is told. */
interface Start {
  command: string;
  args: string[];
}

/** Milliseconds until something listens, and the megabytes that it holds a while later. */
export async function measureStart(
  pace: Pace,
  startOn: (port: number, home: string) => Promise<Start>,
): Promise<Readings> {
  const took: number[] = [];
  let residentMb = Number.NaN;
  for (let start = 0; start < paced(STARTS, pace); start += 1) {
    await using home = await makeFolder();
    const port = await freePort();
    const { command, args } = await startOn(port, home.path);
    const began = performance.now();
    await using program = await startProgram(command, args, { port, lookMs: 1 });
    took.push(performance.now() - began);
    if (start > 0) continue;
    await sleep(SETTLE_MS * pace.share);
    residentMb = (residentBytes(program.pid) ?? Number.NaN) / 1e6;
  }
  return { listening: { value: quantile(took, 0.5) }, resident: { value: residentMb } };
}

/** Milliseconds until a command has given its answer. */
export async function measureAnswer(pace: Pace, command: string, args: readonly string[]): Promise<Reading> {
  const took: number[] = [];
  for (let start = 0; start < paced(STARTS, pace); start += 1) {
    const began = performance.now();
    await run(command, args);
    took.push(performance.now() - began);
  }
  return { value: quantile(took, 0.5) };
}
