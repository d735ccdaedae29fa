import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { codeOf } from '../launch/reasons.ts';

/** In the environment of a program and of all that it starts: the id of the run they belong to. */
export const MARKER = 'SEXTANT_RUN';

/** A living process of this machine. */
export interface Process {
  pid: number;
  parent: number;
  group: number;
  /** The run it carries the marker of; known on Linux only. */
  run?: string | undefined;
  /** When it was born, in ticks since the machine was started: what tells it from another with its number. On Linux only. */
  start?: string | undefined;
  /** What it uses, as the system counts it; on Linux only. */
  use?: Use;
}

/** Processor time in ticks, its own and that of children it waited for; resident memory in pages. */
interface Use {
  ticks: number;
  pages: number;
  threads: number;
}

/** All living processes of this machine, as far as this service may see them. */
export function listProcesses(): Promise<Process[]> {
  return process.platform === 'linux' ? readProc() : askPs();
}

/** Processes looked at in one turn of the event loop, some 25 microseconds each. */
const PER_TURN = 64;

/** Reads at once and not through the thread pool, which takes four times as long for files that are only memory. */
async function readProc(): Promise<Process[]> {
  const found: Process[] = [];
  for (const [at, name] of readdirSync('/proc').entries()) {
    if (at % PER_TURN === PER_TURN - 1) await turn();
    if (/^\d+$/.test(name)) found.push(...readProcess(Number(name)));
  }
  return found;
}

/** One process, if it lives. */
export function readProcess(pid: number): Process[] {
  const fields = statOf(pid);
  const [state = '', parent, group] = fields;
  if (!isLiving(state)) return [];
  const use = { ticks: ticksOf(fields), pages: Number(fields[PAGES]), threads: Number(fields[THREADS]) };
  return [{ pid, parent: Number(parent), group: Number(group), run: readMarker(pid), start: fields[START], use }];
}

/** When a process was born, also of one that has ended and was not asked how; undefined where that is not told. */
export function birthOf(pid: number): string | undefined {
  return statOf(pid)[START];
}

/** Where the times that a process and its children took are, counted from its state; and what else is told of it. */
const [TIMES, TIMES_END] = [11, 15];
const THREADS = 17;
const START = 19;
const PAGES = 21;

function ticksOf(fields: readonly string[]): number {
  return fields.slice(TIMES, TIMES_END).reduce((sum, ticks) => sum + Number(ticks), 0);
}

/** What the system says of a process, from its state on. */
function statOf(pid: number): string[] {
  const stat = read(pid, 'stat');
  // The name in parentheses may hold anything, parentheses too.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function readMarker(pid: number): string | undefined {
  const start = `\0${MARKER}=`;
  const environment = `\0${read(pid, 'environ')}`;
  const at = environment.indexOf(start);
  return at === -1 ? undefined : environment.slice(at + start.length).split('\0', 1)[0];
}

/** The system's words for: it is gone meanwhile, or not ours to look into. */
const UNSEEN = new Set(['ENOENT', 'ESRCH', 'EACCES', 'EPERM']);

/** Empty for a process that cannot be seen; nobody may be taken for gone because we are short of descriptors. */
function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch (error) {
    if (UNSEEN.has(codeOf(error))) return '';
    throw error;
  }
}

/** The same from `ps`, for systems without /proc. */
export async function askPs(): Promise<Process[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat=']);
  return stdout.split('\n').flatMap((line) => {
    const [pid, parent, group, state = ''] = line.trim().split(/\s+/);
    return isLiving(state) ? [{ pid: Number(pid), parent: Number(parent), group: Number(group) }] : [];
  });
}

/** Not gone, and no zombie that only waits for its parent to notice. */
function isLiving(state: string): boolean {
  return state !== '' && !'ZX'.includes(state.charAt(0));
}
