// A process of its own that starts the programs, and is kept small for it: to start one, the system copies the tables of
// its parent's memory, for which a large service would stand still. It ends with the service, however that ends, and
// with it everything that runs.
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { ProtocolError } from '@sextant/protocol/errors';
import { Ends } from './ends.ts';
import type { Errand, Report } from './errand.ts';
import { listProcesses, MARKER } from './processes.ts';
import { settle, type Program } from './program.ts';
import { explain } from './reasons.ts';

main(process.argv[2] ?? '');

function main(path: string): void {
  const ends = new Ends(path);
  const living = new Map<number, Living>();
  const environment = { ...process.env };
  process.on('message', (errand: Errand) => begin(errand, ends, living, environment));
  process.once('disconnect', () => {
    rmSync(dirname(path), { recursive: true, force: true });
    void endAll([...living.values()]).finally(() => process.exit());
  });
  // Whoever means the service means us by that too: we end when it does, and must see its programs end before.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
}

/** A program that runs, first of its own process group. */
interface Living {
  readonly pid: number;
  readonly run: string | undefined;
}

function begin({ id, order, cwd, output }: Errand, ends: Ends, living: Map<number, Living>, environment: object): void {
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
    living.set(id, { pid, run: order.env?.[MARKER] });
    tell({ id, pid });
    child.once('exit', (exitCode, signal) => {
      living.delete(id);
      tell({ id, exit: { exitCode, signal } });
    });
  } catch (error) {
    refuse(id, explain(error, order.program));
  }
}

/** One that reads nothing. */
function intoFile(program: Program, env: object, file: string): ChildProcess {
  const log = openSync(file, 'a', 0o600);
  try {
    return start(program, env, ['ignore', log, log]);
  } finally {
    closeSync(log);
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
  return spawn(file, args, { argv0: name, cwd, env: env as NodeJS.ProcessEnv, stdio, detached: true });
}

function refuse(id: number, error: unknown): void {
  if (error instanceof ProtocolError) tell({ id, refusal: error.toWire() });
  else tell({ id, failure: Error.isError(error) ? (error.stack ?? error.message) : String(error) });
}

/** The service may be gone already. */
function tell(report: Report): void {
  if (process.connected) process.send?.(report, undefined, undefined, () => {});
}

/** The groups at once; then what left them, which a look at all processes finds by the marker of its run. */
async function endAll(living: readonly Living[]): Promise<void> {
  for (const { pid } of living) kill(-pid);
  const runs = new Set(living.map(({ run }) => run));
  for (const { pid, run } of await listProcesses()) if (run !== undefined && runs.has(run)) kill(pid);
}

function kill(target: number): void {
  try {
    process.kill(target, 'SIGKILL');
  } catch {
    // Gone meanwhile.
  }
}
