// A process of its own that starts the programs, and is kept small for it: to start one, the system copies the tables of
// its parent's memory, for which a large service would stand still. It ends with the service, however that ends, and
// with it everything that runs.
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { ProtocolError } from '@sextant/protocol/errors';
import { Brood } from './brood.ts';
import { Census } from '../tree/census.ts';
import { Ends } from './ends.ts';
import type { Answer, Errand, Word } from './errand.ts';
import { unwritable } from '../output/logs.ts';
import { settle, type Program } from './program.ts';
import { explain } from './reasons.ts';

main(process.argv[2] ?? '');

function main(path: string): void {
  const ends = new Ends(path);
  const brood = new Brood();
  const environment = { ...process.env };
  process.on('message', (word: Word) => {
    if ('over' in word) brood.delete(word.over);
    else if ('alive' in word) tell(word);
    else begin(word, ends, brood, environment);
  });
  process.once('disconnect', () => {
    rmSync(dirname(path), { recursive: true, force: true });
    void brood.end(new Census()).finally(() => process.exit());
  });
  // Whoever means the service means us by that too: we end when it does, and must see its programs end before.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
}

function begin(errand: Errand, ends: Ends, brood: Brood, environment: object): void {
  const { id, order, cwd, detached, output } = errand;
  try {
    const program = settle(order, cwd);
    const env = { ...environment, ...order.env };
    const child =
      'file' in output ? intoFile(program, env, output.file) : intoStreams(program, env, ends, output.streams);
    const { pid } = child;
    if (pid === undefined) {
      child.once('error', (error) => refuse(id, explain(error, order.program)));
      return;
    }
    brood.set(id, pid);
    tell({ id, pid });
    child.once('exit', (exitCode, signal) => {
      // What it leaves behind may stay for long, and its number may be another's meanwhile.
      if (detached) brood.set(id);
      tell({ id, exit: { exitCode, signal } });
    });
  } catch (error) {
    refuse(id, error);
  }
}

/** One that reads nothing. */
function intoFile(program: Program, env: object, file: string): ChildProcess {
  const log = openLog(file);
  try {
    return start(program, env, ['ignore', log, log]);
  } finally {
    closeSync(log);
  }
}

function openLog(file: string): number {
  try {
    return openSync(file, 'a', 0o600);
  } catch (error) {
    throw unwritable(error);
  }
}

function intoStreams(program: Program, env: object, ends: Ends, number: number): ChildProcess {
  const streams = ends.take(number);
  try {
    return start(program, env, [...streams]);
  } finally {
    // The program has them now; the service is to see them end with it.
    for (const stream of streams) stream.destroy();
  }
}

function start(
  { file, name, args, cwd }: Program,
  env: object,
  stdio: NonNullable<Parameters<typeof spawn>[2]>['stdio'],
): ChildProcess {
  try {
    return spawn(file, args, { argv0: name, cwd, env: env as NodeJS.ProcessEnv, stdio, detached: true });
  } catch (error) {
    throw explain(error, name);
  }
}

function refuse(id: string, error: unknown): void {
  if (error instanceof ProtocolError) tell({ id, refusal: error.toWire() });
  else tell({ id, failure: Error.isError(error) ? (error.stack ?? error.message) : String(error) });
}

/** The service may be gone already. */
function tell(answer: Answer): void {
  if (process.connected) process.send?.(answer, undefined, undefined, () => {});
}
