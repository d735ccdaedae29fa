import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { leaveProcess } from './leftovers.ts';

/** A server under measurement, in a process of its own; `await using` ends it. */
export interface Program extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
}

export interface ProgramOptions {
  port: number;
  cwd?: string;
  env?: Readonly<Record<string, string>>;
  /** Milliseconds between two looks whether it listens. */
  lookMs?: number;
}

/** Milliseconds a server has to listen. */
const START_MS = 20_000;

/** Milliseconds it has to end once asked. */
const END_MS = 5000;

/**
 * Starts a server of another make, which listens on a port that it is told.
 * @throws Error if it does not listen in time.
 */
export async function startProgram(
  command: string,
  args: readonly string[],
  { port, cwd, env, lookMs = 20 }: ProgramOptions,
): Promise<Program> {
  const child = spawn(command, args, { stdio: 'ignore', cwd, env: { ...process.env, ...env } });
  leaveProcess(child);
  const failed = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`${command} ended with ${String(code ?? signal)} before it listened on ${port}`);
  });
  await Promise.race([failed, listening(port, lookMs)]);
  failed.catch(() => {});
  return { pid: child.pid ?? 0, port, [Symbol.asyncDispose]: () => end(child) };
}

/**
 * Starts a server of this package: a script that prints the port it listens on, as the first line.
 * @throws Error if it ends before.
 */
export async function startScript(script: URL, ...args: string[]): Promise<Program> {
  const child = spawn(process.execPath, [script.pathname, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  leaveProcess(child);
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('error', reject).once('exit', (code) => reject(new Error(`${script.pathname} ended with ${code}`)));
  });
  return { pid: child.pid ?? 0, port: Number(line), [Symbol.asyncDispose]: () => end(child) };
}

/** Milliseconds of processor time that a process has used; undefined where the system does not tell. */
export function cpuMs(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  // In ticks, of which Linux tells a hundred a second whatever it counts by.
  return (Number(user) + Number(system)) * 10;
}

/** Bytes of memory that a process holds; undefined where the system does not tell. */
export function residentBytes(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) * 1024;
}

async function listening(port: number, lookMs: number): Promise<void> {
  for (const deadline = performance.now() + START_MS; performance.now() < deadline; await sleep(lookMs)) {
    const socket = connect({ host: '127.0.0.1', port });
    const answers = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (answers) return;
  }
  throw new Error(`nothing listens on port ${port} after ${START_MS} ms`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const over = once(child, 'exit');
  child.kill('SIGTERM');
  const killed = setTimeout(() => child.kill('SIGKILL'), END_MS);
  await over;
  clearTimeout(killed);
}
