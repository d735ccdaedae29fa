import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { SERVICES } from '@sextant/protocol/services';
import { waitFor } from '@sextant/testing/wait';
import { sextantWith, type Sextant } from './sextant.ts';

/** What `up --json` says of a service. */
export interface Listening {
  service: string;
  host: string;
  port: number;
  pid: number;
}

/** Every service on a free port. */
export const FREE_PORTS = Object.fromEntries(
  SERVICES.map(({ name }) => [`${name.replaceAll('-', '_').toUpperCase()}_PORT`, '0']),
);

/** Runs `sextant ARGS`, which serves until it is stopped. `await using` stops it as its user would. */
export function serving(...args: string[]): Sextant {
  return servingWith({}, ...args);
}

/** The same with more in its environment. */
export function servingWith(more: NodeJS.ProcessEnv, ...args: string[]): Sextant {
  const up = sextantWith(more, ...args);
  return {
    ...up,
    async [Symbol.asyncDispose]() {
      up.child.kill('SIGTERM');
      await up.ended();
    },
  };
}

/** Waits until so many services listen. There is at least one. */
export async function listening(up: Sextant, count: number): Promise<[Listening, ...Listening[]]> {
  const services = await waitFor(
    `${count} services to listen`,
    () => {
      const lines = jsonLines(up.stdout()) as Listening[];
      return lines.length >= count && lines;
    },
    25_000,
  );
  return services as [Listening, ...Listening[]];
}

/** The one service of a name. */
export function find(services: readonly Listening[], name: string): Listening {
  const found = services.find(({ service }) => service === name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

/** Each whole line as JSON. */
export function jsonLines(output: string): unknown[] {
  return output
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);
}

/** An address of this machine that nobody else uses, so that every usual port is free on it. */
export function loopback(): string {
  return `127.${randomInt(1, 255)}.${randomInt(0, 256)}.${randomInt(1, 255)}`;
}

/** True for a process that is there and no zombie. */
export async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z');
  return !/\) [ZX]/.test(stat);
}

/** Which of these processes are left. */
export async function left(services: readonly { pid: number }[]): Promise<number[]> {
  const alive = await Promise.all(services.map(({ pid }) => isAlive(pid)));
  return services.filter((_, at) => alive[at]).map(({ pid }) => pid);
}

export async function childrenOf(pid: number): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return children.split(' ').filter(Boolean).map(Number);
}

/** Makes the window larger or smaller, as whoever drags it. */
export async function resize(terminal: Sextant, columns: number, rows: number): Promise<void> {
  const [child] = await childrenOf(terminal.child.pid ?? 0);
  const window = await readlink(`/proc/${child}/fd/0`);
  await promisify(execFile)('stty', ['-F', window, 'cols', String(columns), 'rows', String(rows)]);
}

/** The process of a service below a command line. */
export async function pidOf(up: Sextant, service: string): Promise<number> {
  const pids = [up.child.pid ?? 0];
  for (const pid of pids) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes(`/${service}/src/main.ts`)) return pid;
    pids.push(...(await childrenOf(pid)));
  }
  throw new Error(`no process of ${service}`);
}
