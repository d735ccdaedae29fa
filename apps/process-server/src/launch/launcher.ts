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
import type { Answer, Errand, Exit, Word } from './errand.ts';
import { limited } from './limits.ts';
import { Offspring } from './offspring.ts';
import { pathOf, type Program } from './program.ts';
import { explain, noTerminal } from './reasons.ts';
import { closeStrays } from './strays.ts';
import type * as terminals from './terminal.ts';

/** What it starts programs with. */
interface Means {
  readonly ends: Ends;
  readonly brood: Brood;
  readonly environment: object;
  /** Only in a namespace: outside, programs have other numbers. */
  readonly offspring: Offspring | undefined;
  /** Of the runs that have one and are not over. */
  readonly terminals: Map<string, terminals.Terminal>;
}

main(process.argv[2] ?? '', process.argv[3] === 'namespace');

function main(path: string, isEnclosed: boolean): void {
  const offspring = isEnclosed ? new Offspring() : undefined;
  closeStrays();
  const brood = new Brood();
  const means: Means = {
    ends: new Ends(path),
    brood,
    environment: inherited(),
    offspring,
    terminals: new Map(),
  };
  process.on('message', (word: Word) => {
    if ('over' in word) brood.delete(word.over);
    else if ('resize' in word) means.terminals.get(word.resize)?.resize(word.size);
    else if ('alive' in word) tell(word);
    else if (word.order.tty) void beginInTerminal(word, means);
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

/**
 * Our own, without what a shell on the way here has set for itself. Of the level of shells, the first is told: bash takes
 * sockets for a connection from afar, and would read ~/.bashrc where it is none's child.
 */
function inherited(): object {
  const ofShells = new Set(['PWD', 'OLDPWD', '_']);
  const own = Object.entries(process.env).filter(([name]) => !ofShells.has(name));
  return { ...Object.fromEntries(own), SHLVL: '1' };
}

function begin(errand: Errand, means: Means): void {
  let streams: readonly Socket[] = [];
  try {
    streams = means.ends.take(errand.streams);
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
  const stdio = stdin ? [...streams] : ['ignore' as const, ...streams.slice(1)];
  const child = start(withLimits(program, order), environmentOf(errand, means), stdio);
  if (child.pid === undefined) {
    child.once('error', (error) => refuse(id, explain(error, order.program)));
    return;
  }
  began(errand, program.file, child.pid, means);
  child.once('exit', (exitCode, signal) => ended(errand, { exitCode, signal }, means));
}

/** What it takes is loaded with the first of them. */
async function beginInTerminal(errand: Errand, means: Means): Promise<void> {
  const { id, order } = errand;
  let streams: readonly Socket[] = [];
  try {
    const [stdin, stdout, stderr] = (streams = means.ends.take(errand.streams));
    stderr.destroy();
    const { Terminal, VARIABLES } = await loadTerminals();
    using program = confine(errand);
    const env = environmentOf(errand, means, VARIABLES);
    const terminal = Terminal.start(withLimits(program, order), env, order, { stdin, stdout });
    began(errand, program.file, terminal.pid, means);
    means.terminals.set(id, terminal);
    void terminal.exited.then((exit) => ended(errand, exit, means));
    void terminal.closed.then(() => {
      // One that was started again may have another meanwhile.
      if (means.terminals.get(id) === terminal) means.terminals.delete(id);
    });
  } catch (error) {
    for (const stream of streams) stream.destroy();
    refuse(id, error);
  }
}

async function loadTerminals(): Promise<typeof terminals> {
  try {
    return await import('./terminal.ts');
  } catch (error) {
    throw noTerminal(error);
  }
}

function withLimits(program: Program, { limits, env = {} }: Errand['order']): Program {
  return limited(program, limits, pathOf(env));
}

function environmentOf({ id, order }: Errand, { environment }: Means, usual = {}): NodeJS.ProcessEnv {
  return { ...environment, ...usual, ...order.env, [MARKER]: id };
}

function began({ id }: Errand, file: string, pid: number, { brood, offspring }: Means): void {
  brood.set(id, pid);
  tell({ id, file, ...(offspring ? { pid: offspring.youngest(pid) } : { pid, born: birthOf(pid) }) });
}

function ended({ id, detached }: Errand, exit: Exit, { brood }: Means): void {
  // What it leaves behind may stay for long, and its number may be another's meanwhile.
  if (detached) brood.set(id);
  tell({ id, exit });
}

function start(
  { file, name, args, cwd }: Program,
  env: NodeJS.ProcessEnv,
  stdio: NonNullable<Parameters<typeof spawn>[2]>['stdio'],
): ChildProcess {
  try {
    return spawn(file, args, { argv0: name, cwd, env, stdio, detached: true });
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
