import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import type { processService } from '@sextant/protocol/process';
import type { ParamsOf } from '@sextant/protocol/method';
import { badFolder, codeOf, knownReason, refusal, unfit, type Reason } from './reasons.ts';

/** A program ready to be started: where everything is, is known. */
export interface Program {
  file: string;
  /** What it sees as its own name. */
  name: string;
  args: readonly string[];
  cwd: string;
  /** It is to be this very file, whatever the name leads to by then. */
  isPinned?: boolean;
}

const USUAL_PATH = '/usr/bin:/bin';

/** What a client asks to run. */
export type Order = ParamsOf<(typeof processService.methods)['process.run']>;

/**
 * Finds what is asked for, as the system would, but tells what is wrong where the system says the same of many things.
 * At once, which is many times faster than through the thread pool: only the launcher waits where a disk is slow.
 * @throws ProtocolError with the system's word for it in `reason`.
 */
export function settle(order: Order, cwd: string): Program {
  const { program, args = [], env = {} } = order;
  if (program === '') throw refusal('EINVAL', program);
  check(program, { 'its name': program, 'its folder': cwd });
  check(program, Object.fromEntries(args.map((arg, at) => [`argument ${at + 1}`, arg])));
  check(program, env);
  checkFolder(cwd, program);
  const file = find(program, cwd, pathOf(env));
  return { file, name: program, args, cwd };
}

/** Where a program with this environment, besides ours, is looked for. */
export function pathOf(env: Readonly<Record<string, string>>): string {
  return env['PATH'] ?? process.env['PATH'] ?? USUAL_PATH;
}

/** @throws ProtocolError that says which text has a NUL, where the system has the end of it. */
function check(program: string, texts: Readonly<Record<string, string>>): void {
  for (const [where, text] of Object.entries(texts)) {
    if (text.includes('\0')) throw unfit(program, where);
  }
}

function checkFolder(cwd: string, program: string): void {
  try {
    if (!statSync(cwd).isDirectory()) throw Object.assign(new Error('no folder'), { code: 'ENOTDIR' });
    accessSync(cwd, constants.X_OK);
  } catch (error) {
    throw badFolder(error, program);
  }
}

/** Verdicts of a search that only say: not here. */
const ELSEWHERE: ReadonlySet<Reason> = new Set(['ENOENT', 'ENOTDIR']);

function find(program: string, cwd: string, path: string): string {
  if (program.includes('/')) {
    const file = resolve(cwd, program);
    const obstacle = obstacleOf(file, true);
    if (obstacle) throw refusal(obstacle, program);
    return file;
  }
  const { file, obstacle } = search(program, cwd, path);
  if (file === undefined) throw refusal(obstacle, program);
  return file;
}

/** What a name leads to. */
type Found = { file: string; obstacle?: never } | { file?: never; obstacle: Reason };

/** The file of a name, or what is wrong with the one that comes closest. */
export function search(name: string, cwd: string, path = USUAL_PATH): Found {
  let verdict: Reason = 'ENOENT';
  for (const folder of path.split(delimiter).filter((folder) => folder !== '')) {
    const file = resolve(cwd, folder, name);
    const obstacle = obstacleOf(file, false);
    if (!obstacle) return { file };
    if (!ELSEWHERE.has(obstacle)) verdict = obstacle;
  }
  return { obstacle: verdict };
}

/**
 * The system's word for what keeps a file from being executed, if anything does. Most folders of a path do not have it:
 * only of a file that was named itself is it asked why it is missing, since an error takes as long as the whole search.
 */
function obstacleOf(file: string, isNamed: boolean): Reason | undefined {
  try {
    const stats = statSync(file, { throwIfNoEntry: isNamed });
    if (!stats) return 'ENOENT';
    if (stats.isDirectory()) return 'EISDIR';
    if (!stats.isFile()) return 'EACCES';
    accessSync(file, constants.X_OK);
    return isExecutable(file) ? undefined : 'ENOEXEC';
  } catch (error) {
    const reason = knownReason(error);
    if (reason === undefined) throw error;
    return reason;
  }
}

/**
 * What programs begin with on Linux: the line that names an interpreter, or ELF's mark, whether it is of 32 or 64 bits, and
 * in which order its bytes are.
 */
const ELF = [1, 2].flatMap((bits) => [1, 2].map((order) => `\u007fELF${String.fromCharCode(bits, order)}`));
const BEGINNINGS = ['#!', ...ELF];

/** The system's own search would hand a file without such a beginning to a shell; nobody asked for one. */
function isExecutable(file: string): boolean {
  if (process.platform !== 'linux') return true;
  try {
    const beginning = beginningOf(file);
    return BEGINNINGS.some((known) => beginning.startsWith(known));
  } catch (error) {
    // One that may be executed and not be read is for the system to judge.
    if (codeOf(error) === 'EACCES') return true;
    throw error;
  }
}

function beginningOf(file: string): string {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const buffer = Buffer.alloc(6);
    return buffer.toString('latin1', 0, readSync(descriptor, buffer, 0, buffer.length, 0));
  } finally {
    closeSync(descriptor);
  }
}
