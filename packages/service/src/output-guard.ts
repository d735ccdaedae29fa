import type { Session } from './session/session.ts';

/** Milliseconds between two looks: what one connection can pile up meanwhile is bounded by its own limit. */
const LOOK_MS = 250;

/** Resets the connections with most waiting output until all together keep below a limit; `stop` ends the looks. */
export function guardOutput(sessions: ReadonlySet<Session>, maxBytes: number): { stop(): void } {
  const timer = setInterval(() => relieve(sessions, maxBytes), LOOK_MS);
  return { stop: () => clearInterval(timer) };
}

function relieve(sessions: ReadonlySet<Session>, maxBytes: number): void {
  let total = 0;
  for (const session of sessions) total += session.pendingBytes;
  if (total <= maxBytes) return;
  for (const session of [...sessions].sort((a, b) => b.pendingBytes - a.pendingBytes)) {
    if (total <= maxBytes) return;
    total -= session.pendingBytes;
    session.destroy();
  }
}
