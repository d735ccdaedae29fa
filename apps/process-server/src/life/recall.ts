import type { Log } from '@sextant/service/observe/log';
import { codeOf } from '../launch/reasons.ts';
import { Census } from '../tree/census.ts';
import { birthOf, MARKER } from '../tree/processes.ts';
import { Tree } from '../tree/tree.ts';
import { bootId } from './boot.ts';
import type { Entry } from './entry.ts';
import { readPast, type Past } from './past.ts';

/**
 * What the journal tells of earlier lives of the service, the oldest first. What still runs of them is ended, with all that
 * it started, within a second: those lives were cut off.
 */
export async function recall(path: string, log: Log): Promise<Entry[]> {
  const past = read(path, log);
  const { entries, boot, unread } = past;
  if (unread > 0) log.warn({ path, lines: unread }, 'lines of the journal of runs cannot be read');
  if (boot === bootId() && !(await sweep(past)))
    log.warn('some of what an earlier life of the service has left cannot be ended');
  const cut = entries.filter(isCut).length;
  if (cut > 0) log.warn({ runs: cut }, 'runs of an earlier life of the service were cut off');
  const now = new Date();
  return entries.map((entry) => (isCut(entry) ? cutOff(entry, now) : entry));
}

function read(path: string, log: Log): Past {
  try {
    return readPast(path);
  } catch (error) {
    log.warn({ path, reason: codeOf(error) }, 'the journal of runs cannot be read');
    return { entries: [], ids: new Set(), unread: 0 };
  }
}

/** False if something is left that the system does not let us end. */
function sweep({ entries, ids }: Past): Promise<boolean> {
  if (ids.size === 0) return Promise.resolve(true);
  // The one that started us, be it by a detour, is not to take us with it.
  const host = process.env[MARKER];
  const groups = entries
    .filter((entry) => entry.facts.id !== host && isStill(entry))
    .flatMap(({ run }) => run.pid ?? []);
  return new Tree(new Census(), { groups, marked: (run) => run !== host && ids.has(run) }).end(0);
}

/** Its program is there, and no other with its number. */
function isStill({ run, born }: Entry): boolean {
  return run.endedAt === null && run.pid !== null && born !== undefined && birthOf(run.pid) === born;
}

function isCut({ run }: Entry): boolean {
  return run.endedAt === null;
}

function cutOff(entry: Entry, now: Date): Entry {
  const { run } = entry;
  const elapsedMs = Math.max(0, now.getTime() - Date.parse(run.startedAt));
  const end = { endedAt: now.toISOString(), elapsedMs, endedBy: 'service' as const };
  if (run.state === 'restarting') {
    const state = run.signal === null ? 'exited' : 'killed';
    const message = 'the service was killed before it was started again';
    return { ...entry, run: { ...run, ...end, elapsedMs: run.elapsedMs, state }, message };
  }
  if (run.pid === null) {
    return { ...entry, run: { ...run, ...end, state: 'failed' }, message: 'the service was killed before it ran' };
  }
  const killed = { state: 'killed' as const, exitCode: null, signal: 'SIGKILL' };
  return { ...entry, run: { ...run, ...end, ...killed }, message: 'the service was killed while it ran' };
}
