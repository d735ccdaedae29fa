import { randomUUID } from 'node:crypto';
import { ProtocolError } from '@sextant/protocol/errors';
import { LIMITS, type Limits } from '@sextant/protocol/limits';
import { PROTOCOL_VERSION, sessionMethods } from '@sextant/protocol/session';
import { VERSION } from '@sextant/protocol/version';
import { help } from '@sextant/wire/help';
import { listen } from '@sextant/wire/listen';
import type { Route, Routes } from './dispatch.ts';
import type { App, Handlers } from './handler.ts';
import type { Log } from './log.ts';
import { guardOutput } from './output-guard.ts';
import { serve } from './serve.ts';
import type { Session } from './session.ts';

/** A service that listens. */
export interface Running {
  readonly service: string;
  readonly host: string;
  readonly port: number;
  /** Connections at this moment. */
  readonly connections: number;
  /** Stops listening, cancels what is unanswered, ends every connection and all that the service holds. */
  close(): Promise<void>;
}

/** Milliseconds that cancelled requests have to be answered before their connections are cut. */
const GRACE_MS = 1000;

/**
 * Starts a service.
 * @throws the system's error if it cannot listen, such as EADDRINUSE.
 */
export async function start(
  app: App,
  at: { host: string; port: number },
  log: Log,
  limits: Limits = LIMITS,
): Promise<Running> {
  const sessions = new Set<Session>();
  const host = { routes: routesOf(app, limits), limits, log };
  const listener = await listen(at, {
    limits,
    admit: () => true,
    accept: (connection) => serve(connection, host, sessions),
    http: help,
  });
  const guard = guardOutput(sessions, limits.outputTotal);
  app.listening?.(listener);
  const close = async (): Promise<void> => {
    guard.stop();
    const closed = listener.close();
    await Promise.all([endAll(sessions), app.close?.()]);
    await closed;
  };
  return {
    service: app.service.name,
    host: listener.host,
    port: listener.port,
    get connections() {
      return sessions.size;
    },
    close,
  };
}

async function endAll(sessions: ReadonlySet<Session>): Promise<void> {
  for (const session of sessions) session.leave('shutdown');
  const deadline = performance.now() + GRACE_MS;
  while ([...sessions].some((session) => session.busy) && performance.now() < deadline) await turn();
  await turn();
  for (const session of sessions) session.destroy();
}

/** Long enough for what is queued to be written. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 10);
  });
}

function routesOf(app: App, limits: Limits): Routes {
  const { service } = app;
  const routes = new Map<string, Route>();
  for (const [name, method] of Object.entries(service.methods)) {
    const handler = app.handlers[name];
    // Types are forgotten here: dispatch checks the params against this very method's schema before it calls.
    if (handler) routes.set(name, { method, handler });
  }
  const methods = [...Object.keys(sessionMethods), ...routes.keys()];
  const session = sessionHandlers(service.name, methods, { ...limits, ...app.limits });
  for (const [name, method] of Object.entries(sessionMethods)) {
    routes.set(name, { method, handler: session[name as keyof typeof session] as Route['handler'] });
  }
  return routes;
}

function sessionHandlers(
  service: string,
  methods: string[],
  limits: Record<string, number>,
): Handlers<{ name: string; port: number; anonymous: []; methods: typeof sessionMethods }> {
  const instance = randomUUID();
  return {
    'rpc.hello': ({ protocol }) => {
      if (protocol !== PROTOCOL_VERSION) {
        throw new ProtocolError('unsupported_version', `This service speaks version ${PROTOCOL_VERSION}.`, {
          supported: [PROTOCOL_VERSION],
        });
      }
      return {
        protocol: PROTOCOL_VERSION,
        service,
        version: VERSION,
        instance,
        principal: 'anonymous',
        scopes: ['*'],
        limits,
        methods,
      };
    },
    'rpc.ping': () => ({}),
    'rpc.discover': () => {
      throw new ProtocolError('unsupported', 'Not yet.');
    },
  };
}
