import type { Connection } from '@sextant/wire/connection';
import { Session, type SessionHost } from './session.ts';

/**
 * Milliseconds between two looks whether a client that ended its side is still there to read. It takes two to know: the
 * first is answered with a reset, the second meets it.
 */
const PROBE_MS = 500;

/** Serves one connection until it ends. `sessions` holds it as long. */
export function serve(connection: Connection, host: SessionHost, sessions: Set<Session>): void {
  const session = new Session(connection, host);
  sessions.add(session);
  let probes: NodeJS.Timeout | undefined;
  const firstLine = setTimeout(() => session.leave('idle'), host.limits.firstLineMs);
  connection.open({
    frame(frame) {
      clearTimeout(firstLine);
      session.receive(frame);
    },
    malformed: (error, fatal) => session.refuse(error, fatal),
    ended() {
      session.finish();
      probes = setInterval(() => session.probe(), PROBE_MS);
    },
    closed(error) {
      clearTimeout(firstLine);
      clearInterval(probes);
      sessions.delete(session);
      session.close();
      if (error) host.log.debug({ session: session.id, reason: error.message }, 'a connection broke');
    },
  });
}
