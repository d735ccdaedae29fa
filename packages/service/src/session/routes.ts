import type { Method } from '@sextant/protocol/method';
import type { ServiceDocument } from '@sextant/protocol/openrpc';
import { sessionMethods } from '@sextant/protocol/session';
import type { Route, Routes } from './dispatch.ts';
import type { App, Handlers } from '../handler.ts';
import { hello, type Introduction } from './hello.ts';

/** Everything a service answers, by name: what every service does, and its own. */
export function routesOf(
  { service, handlers }: App,
  document: () => ServiceDocument,
  introduction: Omit<Introduction, 'methods'>,
): Routes {
  const methods = [...Object.keys(sessionMethods), ...Object.keys(service.methods)];
  const session: Handlers<{ name: string; port: 0; anonymous: []; methods: typeof sessionMethods }> = {
    'rpc.hello': hello({ ...introduction, methods }),
    'rpc.ping': () => ({}),
    'rpc.discover': () => ({ ...document() }),
  };
  return new Map([...table(sessionMethods, session), ...table(service.methods, handlers)]);
}

/** Types are forgotten here: dispatch checks the params against this very method's schema before it calls. */
function table(methods: Readonly<Record<string, Method>>, handlers: object): [string, Route][] {
  return Object.entries(methods).map(([name, method]) => {
    const handler = (handlers as Record<string, Route['handler']>)[name];
    if (!handler) throw new Error(`nothing answers ${name}`);
    return [name, { name, method, handler }];
  });
}
