import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ProtocolError } from '@sextant/protocol/errors';
import { isCheckout } from '../self.ts';
import { logOf, openLog } from './log.ts';

/** One process to be started: a service, or as many peers as its flag `count` says. */
export interface Launch {
  readonly service: string;
  readonly home: string;
  /** Flags of the service besides `--home`, without their dashes. */
  readonly flags: Readonly<Record<string, string | number | undefined>>;
  /** Not needed where another one of its kind runs already. */
  readonly spare?: boolean;
}

/** What a service says once it listens. */
export interface Listening {
  service: string;
  host: string;
  port: number;
  pid: number;
}

/** A service's process. */
export interface Child {
  /** Where it listens, once for each that runs in it; rejects with why it does not. */
  readonly listening: Promise<Listening[]>;
  /** How it ended, such as "with code 1" or "by SIGKILL". */
  readonly ended: Promise<string>;
  kill(signal: 'SIGINT' | 'SIGKILL'): void;
}

/** Room for young objects, in MiB: with Node's usual 16, ten thousand idle connections hold 25 MiB more. */
const NODE_FLAGS = ['--max-semi-space-size=8'];

/** Milliseconds a service has to say that it listens, on a busy machine and with nothing compiled yet. */
const START_MS = 30_000;

/**
 * Starts a service. It is in a process group of its own, so that Ctrl-C in a terminal reaches the supervisor alone, and
 * its IPC channel tells it when the supervisor is gone, however that ended.
 */
export function startChild(launch: Launch): Child {
  const log = openLog(launch);
  try {
    const child = spawn(process.execPath, [...NODE_FLAGS, mainOf(launch.service), ...argumentsOf(launch)], {
      stdio: ['ignore', 'pipe', log, 'ipc'],
      detached: true,
      env: { NODE_COMPILE_CACHE: join(launch.home, 'cache', 'node'), ...process.env },
    });
    const listening = announcement(child, launch);
    // Whoever only waits for the end must not be ended by a rejection that nobody awaits.
    listening.catch(() => {});
    return { listening, ended: ending(child), kill: (signal) => void child.kill(signal) };
  } finally {
    closeSync(log);
  }
}

/** Sources run as they are in a checkout; what is shipped was bundled, one file per app. */
function mainOf(service: string): string {
  const file = isCheckout()
    ? new URL(`../../../${service}/src/main.ts`, import.meta.url)
    : new URL(`../../${service}/dist/main.mjs`, import.meta.url);
  if (!existsSync(file)) throw new Error(`${service} is not part of this installation`);
  return fileURLToPath(file);
}

function argumentsOf({ home, flags }: Launch): string[] {
  const all: Launch['flags'] = { home, ...flags };
  return Object.entries(all).flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag}`, String(value)]));
}

/** Reads the JSON line that every service prints: where it listens, or why it cannot. */
function announcement(child: ChildProcess, launch: Launch): Promise<Listening[]> {
  const count = Number(launch.flags['count'] ?? 1);
  return new Promise((resolve, reject) => {
    const all: Listening[] = [];
    let reason = `it ended before it listened; its log is ${logOf(launch)}`;
    const giveUp = setTimeout(() => {
      reason = `it did not listen within ${START_MS / 1000} s; its log is ${logOf(launch)}`;
      child.kill('SIGKILL');
    }, START_MS);
    child.on('error', (error) => (reason = error.message));
    child.on('close', (code) => {
      clearTimeout(giveUp);
      reject(code === 2 ? new ProtocolError('invalid_params', reason) : new Error(reason));
    });
    if (child.stdout) {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const said = parse(line);
        if (typeof said.error === 'string') reason = said.error;
        if (typeof said.port !== 'number') return;
        all.push(said as Listening);
        if (all.length < count) return;
        clearTimeout(giveUp);
        resolve(all);
      });
    }
  });
}

function parse(line: string): Partial<Listening & { error: unknown }> {
  try {
    return Object(JSON.parse(line));
  } catch {
    return {};
  }
}

function ending(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ? `by ${signal}` : `with code ${code}`));
  });
}
