import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '../session/session.ts';

/** Milliseconds that cancelled requests have to be answered before their connections are cut. */
const GRACE_MS = 500;
/** Milliseconds for which requests that crossed our goodbye are still told that nothing was done. */
const CROSSING_MS = 250;
/** Milliseconds between two looks: long enough for what is queued to be written. */
const LOOK_MS = 10;

/** Says goodbye on every connection; what is unanswered has so long to be done. */
export async function drain(sessions: ReadonlySet<Session>, graceMs: number): Promise<void> {
  for (const session of sessions) session.drain('shutdown', graceMs);
  await sleep(Math.min(graceMs, CROSSING_MS));
  await idle(sessions, graceMs - CROSSING_MS);
}

/** Ends every connection: what is unanswered is cancelled, and what is still there then is cut. */
export async function leave(sessions: ReadonlySet<Session>): Promise<void> {
  for (const session of sessions) session.leave('shutdown');
  await idle(sessions, GRACE_MS);
  await sleep(LOOK_MS);
  for (const session of sessions) session.destroy();
}

async function idle(sessions: ReadonlySet<Session>, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  while ([...sessions].some(({ busy }) => busy) && performance.now() < deadline) await sleep(LOOK_MS);
}
