import type { Authenticator } from './identity/authenticate.ts';
import type { Session } from './session/session.ts';

/** Milliseconds between two looks at all connections. */
const LOOK_MS = 1000;
/**
 * Milliseconds between two bytes to those who have ended their side. It takes two to know: the first is answered with a
 * reset by the system of one that is gone, the second meets it.
 */
const PROBE_MS = 500;

/** Looks at every connection now and then: who is silent for too long, and whose token is good no more. */
export function sweep(sessions: ReadonlySet<Session>, authenticator: Authenticator): Disposable {
  let last = performance.now();
  let revoking = Promise.resolve();
  const timer = setInterval(() => {
    const now = performance.now();
    // A service that stood still was not listening: that time is nobody's silence.
    const elapsed = Math.round(Math.min(now - last, 2 * LOOK_MS));
    last = now;
    for (const session of sessions) session.tick(elapsed);
    revoking = revoking.then(() => revoke(sessions, authenticator));
  }, LOOK_MS);
  const probing = setInterval(() => {
    for (const session of sessions) session.probe();
  }, PROBE_MS);
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      clearInterval(probing);
    },
  };
}

/** Each token is looked at once, however many connections it let in. */
async function revoke(sessions: ReadonlySet<Session>, authenticator: Authenticator): Promise<void> {
  const byToken = Map.groupBy(
    [...sessions].filter(({ grant }) => grant.tokenId !== undefined),
    ({ grant }) => grant.tokenId,
  );
  for (const [tokenId, holders] of byToken) {
    const [first] = holders;
    if (!first || (await authenticator.isStillGood(first.grant))) continue;
    // Whoever has shown another one meanwhile stays.
    for (const session of holders) if (session.grant.tokenId === tokenId) session.leave('auth_expired');
  }
}
