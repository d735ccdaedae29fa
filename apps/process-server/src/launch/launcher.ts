// A process of its own that starts the programs, and is kept small for it: to start one, the system copies the tables of
// its parent's memory, for which a large service would stand still. It ends with the service, however that ends, and
// with it everything that runs.
import { spawn, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { dirname } from 'node:path';
import { ProtocolError } from '@sextant/protocol/errors';
import { Brood } from './brood.ts';
import { Census } from '../tree/census.ts';
import { birthOf, MARKER } from '../tree/processes.ts';
import { confine } from './confine.ts';
import { Ends } from './ends.ts';
import type { Answer, Errand, Word } from './errand.ts';
import { Offspring } from './offspring.ts';
import type { Program } from './program.ts';
import { explain } from './reasons.ts';
import { closeStrays } from './strays.ts';

/** What it starts programs with. */
interface Means {
  readonly ends: Ends;
  readonly brood: Brood;
  readonly environment: object;
  /** Only in a namespace: outside, programs have other numbers. */
  readonly offspring: Offspring | undefined;
}

main(process.argv[2] ?? '', process.argv[3] === 'namespace');

function main(path: string, isEnclosed: boolean): void {
  const offspring = isEnclosed ? new Offspring() : undefined;
  closeStrays();
  const brood = new Brood();
  const means: Means = { ends: new Ends(path), brood, environment: inherited(), offspring };
  process.on('message', (word: Word) => {
    if ('over' in word) brood.delete(word.over);
    else if ('alive' in word) tell(word);
    else begin(word, means);
  });
  process.once('disconnect', () => {
    rmSync(dirname(path), { recursive: true, force: true });
    // With it, all that is in its namespace ends too.
    if (isEnclosed) process.exit();
    void brood.end(new Census()).finally(() => process.exit());
  });
  // Whoever means the service means us by that too: we end when it does, and must see its programs end before.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
}

/** Our own, without what a shell on the way here has set for itself. */
function inherited(): object {
  const ofShells = new Set(['PWD', 'OLDPWD', 'SHLVL', '_']);
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofShells.has(name)));
}

function begin(errand: Errand, means: Means): void {
  const streams = means.ends.take(errand.streams);
  try {
    startWith(streams, errand, means);
  } catch (error) {
    refuse(errand.id, error);
  } finally {
    // The program has them now; the service is to see them end with it.
    for (const stream of streams) stream.destroy();
  }
}

function startWith(streams: readonly Socket[], errand: Errand, means: Means): void {
  const { id, order, stdin } = errand;
  using program = confine(errand);
  const env = { ...means.environment, ...order.env, [MARKER]: id };
  const child = start(program, env, stdin ? [...streams] : ['ignore', ...streams.slice(1)]);
  follow(errand, program, child, means);
}

function follow(
  { id, order, detached }: Errand,
  { file }: Program,
  child: ChildProcess,
  { brood, offspring }: Means,
): void {
  const { pid } = child;
  if (pid === undefined) {
    child.once('error', (error) => refuse(id, explain(error, order.program)));
    return;
  }
  brood.set(id, pid);
  tell({ id, file, ...(offspring ? { pid: offspring.youngest() } : { pid, born: birthOf(pid) }) });
  child.once('exit', (exitCode, signal) => {
    // What it leaves behind may stay for long, and its number may be another's meanwhile.
    if (detached) brood.set(id);
    tell({ id, exit: { exitCode, signal } });
  });
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
