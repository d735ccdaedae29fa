import type { Connection } from '@sextant/wire/connection';
import type { Host } from './host.ts';
import type { Grant } from './identities.ts';
import { Session } from './session.ts';

/** Serves one connection until it ends. `sessions` holds it as long. */
export function serve(connection: Connection, host: Host, sessions: Set<Session>, grant?: Grant): void {
  const session = new Session(connection, host, grant);
  sessions.add(session);
  const { transport } = connection.remote;
  host.watcher.opened(transport);
  connection.open({
    frame: (frame) => session.receive(frame),
    malformed: (error, fatal) => session.refuse(error, fatal),
    ended: () => session.finish(),
    closed(error) {
      sessions.delete(session);
      session.close();
      host.watcher.closed(transport);
      if (error) host.log.debug({ session: session.id, reason: error.message }, 'a connection broke');
    },
  });
}
