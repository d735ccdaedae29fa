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
import { Ends } from './ends.ts';
import type { Answer, Errand, Exit, Word } from './errand.ts';
import { limited } from './limits.ts';
import { pathOf, settle, type Program } from './program.ts';
import { explain, noTerminal } from './reasons.ts';
import type * as terminalModule from './terminal.ts';

/** Of the runs that have one and are not over. */
const terminals = new Map<string, terminalModule.Terminal>();

main(process.argv[2] ?? '');

function main(path: string): void {
  const ends = new Ends(path);
  const brood = new Brood();
  const environment = { ...process.env };
  process.on('message', (word: Word) => {
    if ('over' in word) brood.delete(word.over);
    else if ('resize' in word) terminals.get(word.resize)?.resize(word.size);
    else if ('alive' in word) tell(word);
    else if (word.order.tty) void beginInTerminal(word, ends, brood, environment);
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
  const streams = ends.take(errand.streams);
  try {
    follow(errand, startWith(streams, errand, environment), brood);
  } catch (error) {
    refuse(errand.id, error);
  } finally {
    // The program has them now; the service is to see them end with it.
    for (const stream of streams) stream.destroy();
  }
}

/** What it takes is loaded with the first of them. */
async function beginInTerminal(errand: Errand, ends: Ends, brood: Brood, environment: object): Promise<void> {
  const { id, order, detached } = errand;
  const [stdin, stdout, stderr] = ends.take(errand.streams);
  stderr.destroy();
  try {
    const { Terminal, VARIABLES } = await loadTerminals();
    const env = { ...environment, ...VARIABLES, ...order.env };
    const terminal = Terminal.start(toRun(errand), env, order, { stdin, stdout });
    terminals.set(id, terminal);
    brood.set(id, terminal.pid);
    tell({ id, pid: terminal.pid });
    void terminal.exited.then((exit) => ended(id, exit, detached, brood));
    void terminal.closed.then(() => terminals.delete(id));
  } catch (error) {
    stdin.destroy();
    stdout.destroy();
    refuse(id, error);
  }
}

async function loadTerminals(): Promise<typeof terminalModule> {
  try {
    return await import('./terminal.ts');
  } catch (error) {
    throw noTerminal(error);
  }
}

function toRun({ order, cwd }: Errand): Program {
  return limited(settle(order, cwd), order.limits, pathOf(order.env ?? {}));
}

function startWith(streams: readonly Socket[], errand: Errand, environment: object): ChildProcess {
  const { order, stdin } = errand;
  const program = toRun(errand);
  return start(program, { ...environment, ...order.env }, stdin ? [...streams] : ['ignore', ...streams.slice(1)]);
}

function follow({ id, order, detached }: Errand, child: ChildProcess, brood: Brood): void {
  const { pid } = child;
  if (pid === undefined) {
    child.once('error', (error) => refuse(id, explain(error, order.program)));
    return;
  }
  brood.set(id, pid);
  tell({ id, pid });
  child.once('exit', (exitCode, signal) => ended(id, { exitCode, signal }, detached, brood));
}

function ended(id: string, exit: Exit, detached: boolean, brood: Brood): void {
  // What it leaves behind may stay for long, and its number may be another's meanwhile.
  if (detached) brood.set(id);
  tell({ id, exit });
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
