import { readFileSync } from 'node:fs';
import { codeOf } from '../launch/reasons.ts';
import type { Process } from './processes.ts';
import { systemUnits } from './units.ts';

/** What processes use together; only their number where the system tells no more. */
export interface Figures {
  readonly processes: number;
  readonly cpuMs?: number;
  /** Resident: what several share counts for each. */
  readonly memoryBytes?: number;
}

export function figuresOf(members: readonly Process[]): Figures {
  const processes = members.length;
  const uses = members.flatMap(({ use }) => use ?? []);
  if (uses.length < processes || processes === 0) return { processes };
  const { pageBytes, ticksPerSecond } = systemUnits();
  const ticks = uses.reduce((sum, use) => sum + use.ticks, 0);
  const pages = uses.reduce((sum, use) => sum + use.pages, 0);
  return { processes, cpuMs: Math.round((ticks * 1000) / ticksPerSecond), memoryBytes: pages * pageBytes };
}

/** Threads of processes; of one that does not tell them, itself. */
export function threadsOf(members: readonly Process[]): number {
  return members.reduce((sum, { use }) => sum + (use?.threads ?? 1), 0);
}

/** Threads of the whole machine, where the system tells: many times faster than a look at each process. */
export function threadsOfAll(): number | undefined {
  try {
    return Number(/\/(\d+) /.exec(readFileSync('/proc/loadavg', 'latin1'))?.[1]);
  } catch {
    return undefined;
  }
}

/** Memory of processes in which what several share counts once. */
export function ownBytesOf(members: readonly Process[]): number {
  return members.reduce((sum, member) => sum + shareOf(member), 0);
}

/** The system's words for: it is gone meanwhile. */
const GONE = new Set(['ENOENT', 'ESRCH']);

function shareOf({ pid, use }: Process): number {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
    return Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024;
  } catch (error) {
    // It may not be ours to look into.
    return GONE.has(codeOf(error)) ? 0 : (use?.pages ?? 0) * systemUnits().pageBytes;
  }
}
