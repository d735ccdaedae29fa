import { existsSync, readFileSync } from 'node:fs';
import { readProcess } from './processes.ts';
import type { Run } from '../run/run.ts';

/** New processes up to which each is looked at; of more, a census of all is as good. */
const MOST = 256;

/** Looks after which a machine starts too much at a time for this. */
const LOOKS = 4;

/** Milliseconds in which no machine goes once through all its numbers: of a longer run, those that follow may mean nothing. */
const SHORT_MS = 1000;

/**
 * Whether something that the program of a run started may be there still, now that it is over. All such processes are
 * younger than it and so have higher numbers: where the system tells the last one that it gave, those few are looked at
 * instead of all there are. True where that cannot be told, as for want of a descriptor. `since` is a time, by the clock of `performance`, before the
 * program was started.
 */
export function mayHaveLeft({ id, pid }: Pick<Run, 'id' | 'pid'>, since: number): boolean {
  if (pid === null) return false;
  if (performance.now() - since > SHORT_MS) return true;
  try {
    return hasLeft(id, pid);
  } catch {
    return true;
  }
}

function hasLeft(id: string, pid: number): boolean {
  let next = pid + 1;
  for (let look = 0; look < LOOKS; look += 1) {
    const last = lastPid();
    // Below: numbers have begun anew since.
    if (last === undefined || last < pid || last - next > MOST) return true;
    for (; next <= last; next += 1) if (isOf(next, id, pid)) return true;
    // Nobody was born while we looked, so nobody slipped through.
    if (lastPid() === last) return false;
  }
  return true;
}

function isOf(pid: number, run: string, group: number): boolean {
  if (!existsSync(`/proc/${pid}`)) return false;
  return readProcess(pid).some((process) => process.group === group || process.run === run);
}

/** The number of the youngest process of this machine, or of its part of it that is ours; undefined if not told. */
function lastPid(): number | undefined {
  try {
    return Number(readFileSync('/proc/loadavg', 'latin1').trim().split(' ').at(-1));
  } catch {
    return undefined;
  }
}
