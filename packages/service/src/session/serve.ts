import type { Connection } from '@sextant/wire/connection';
import type { Host } from './host.ts';
import type { Grant } from '../identity/identities.ts';
import { Session } from './session.ts';

/** Serves one connection until it ends. `sessions` holds it as long. */
export function serve(connection: Connection, host: Host, sessions: Set<Session>, grant?: Grant): void {
  const session = new Session(connection, host, grant);
  sessions.add(session);
  host.watcher.opened(connection.remote.transport);
  connection.open(session);
}
