import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { SecureContext } from 'node:tls';
import { LIMITS, STRANGER_LIMITS, type Limits } from '@sextant/protocol/limits';
import { describeService } from '@sextant/protocol/openrpc';
import { VERSION } from '@sextant/protocol/version';
import type { Connection } from '@sextant/wire/connection';
import { listen, type ListenAddress, type Listener } from '@sextant/wire/listen';
import { isAnywhere, isLoopback } from '@sextant/wire/remote';
import { Admission } from './admission.ts';
import { Authenticator } from './identity/authenticate.ts';
import type { Caller } from './session/caller.ts';
import { drain, leave } from './run/drain.ts';
import type { App } from './handler.ts';
import type { Host } from './session/host.ts';
import type { Allowed } from './http/allowed.ts';
import { HttpServer } from './http/server.ts';
import type { Grant, Identities } from './identity/identities.ts';
import type { Log } from './observe/log.ts';
import { Outcomes } from './session/outcomes.ts';
import { guardOutput } from './output-guard.ts';
import { Pages } from './http/pages.ts';
import { routesOf } from './session/routes.ts';
import { serve } from './session/serve.ts';
import type { Session } from './session/session.ts';
import { sweep } from './sweep.ts';
import { openWatch } from './observe/watch.ts';

/** A service that listens. */
export interface Running {
  readonly service: string;
  readonly host: string;
  readonly port: number;
  /** Connections at this moment. */
  readonly connections: number;
  /**
   * Stops listening, lets what is unanswered be done for up to `drainMs`, ends every connection and all that the service
   * holds.
   */
  close(drainMs?: number): Promise<void>;
}

/** Everything a service is started with besides what it does. */
export interface Start extends ListenAddress {
  readonly log: Log;
  readonly identities: Identities;
  readonly limits?: Limits;
  /** The service's certificate. */
  readonly tls?: SecureContext | undefined;
  /** Names and pages that browsers may use. */
  readonly allowed?: Allowed;
  /** The service's own folder, for the audit log. */
  readonly folder: string;
}

/**
 * Starts a service.
 * @throws the system's error if it cannot listen, such as EADDRINUSE.
 */
export async function start(app: App, options: Start): Promise<Running> {
  const { log, limits = LIMITS, allowed = { hosts: [], origins: [] } } = options;
  const { name, anonymous } = app.service;
  const instance = randomUUID();
  const document = once(() => describeService(app.service, VERSION));
  const sessions = new Set<Session>();
  const everybody: Set<Caller> = sessions;
  let count = 0;
  const queuedBytes = (): number => sum([...sessions].map(({ pendingBytes }) => pendingBytes));
  const watch = openWatch(app.service, options.folder, log, queuedBytes);
  app.audit?.((event) => watch.record(event));
  const admission = new Admission(limits);
  const authenticator = new Authenticator({ service: name, instance }, anonymous, options.identities, watch);
  const host: Host = {
    routes: routesOf(app, document, { service: name, instance, limits: { ...app.limits } }),
    limits,
    strangerLimits: strangerLimits(limits),
    log,
    isVerbose: log.level === 'debug' || log.level === 'trace',
    authenticator,
    outcomes: new Outcomes(limits.keyMs),
    watcher: watch,
    nextId: () => `${instance.slice(0, 8)}-${(count += 1)}`,
    known: (remote) => admission.known(remote),
    left(session) {
      everybody.delete(session);
      watch.closed(session.remote.transport);
    },
  };
  const accept = (connection: Connection, grant?: Grant): void => serve(connection, host, sessions, grant);
  let listener: Listener | undefined;
  let closing = false;
  const pages = new Pages({
    document,
    address: () => reachable(listener, options),
    metrics: () => watch.metrics(),
    unready: async () => (closing ? ['the service is ending'] : ((await app.unready?.()) ?? [])),
  });
  const http = new HttpServer({
    limits,
    allowed,
    log,
    accept,
    identify: (token, remote) => authenticator.byToken(token, remote),
    page: (path, remote, grant) => pages.at(path, remote, grant),
    refused: (reason) => watch.turnedAway(reason),
  });
  const listening = await listen(options, {
    limits,
    tls: options.tls,
    admit(socket, remote) {
      const reason = admission.refuse(socket, remote);
      if (reason) watch.turnedAway(reason);
      return reason === undefined;
    },
    full: () => watch.turnedAway('connections'),
    unencrypted: () => watch.turnedAway('handshake'),
    accept,
    http: (socket, remote) => http.serve(socket, remote),
  }).catch((error: unknown) => {
    watch.close();
    throw error;
  });
  listener = listening;
  const guard = guardOutput(sessions, limits.outputTotal);
  const sweeping = sweep(sessions, authenticator);
  app.listening?.(listening);
  return {
    service: name,
    host: listening.host,
    port: listening.port,
    get connections() {
      return sessions.size;
    },
    async close(drainMs = 0) {
      closing = true;
      const closed = listening.close();
      http.close(false);
      await drain(sessions, drainMs);
      // At once: what is cancelled may wait for the very thing that closing ends.
      await Promise.all([leave(sessions), app.close?.()]);
      http.close(true);
      await closed;
      guard.stop();
      sweeping[Symbol.dispose]();
      watch.close();
    },
  };
}

/** Where somebody else would dial it; as it was asked for until it listens. */
function reachable(
  listener: Listener | undefined,
  { host: asked, port: wanted, tls }: Start,
): { host: string; port: number; encrypted: boolean } {
  const { host, port } = listener ?? { host: asked, port: wanted };
  return { host: isAnywhere(host) ? hostname() : host, port, encrypted: tls !== undefined && !isLoopback(host) };
}

/** Made when it is first wanted: few ask, and it takes as long as all the rest of a start. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Never more than the service's own. */
function strangerLimits(limits: Limits): Limits {
  const lower = Object.entries(STRANGER_LIMITS).map(([name, most]) => [
    name,
    Math.min(most, limits[name as keyof typeof STRANGER_LIMITS]),
  ]);
  return { ...limits, ...Object.fromEntries(lower) };
}
