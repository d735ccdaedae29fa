import { describeIssues, listIssues, type Request } from '@sextant/protocol/envelope';
import { ProtocolError } from '@sextant/protocol/errors';
import type { Method } from '@sextant/protocol/method';
import type { Call } from './call.ts';
import { closest } from './closest.ts';

/** A method and what answers it, with the types forgotten: the schema is checked before the handler runs. */
export interface Route {
  readonly method: Method;
  readonly handler: (params: object, call: Call<never>) => object | Promise<object>;
}

/** A map and no object: a method named `constructor` must be unknown. */
export type Routes = ReadonlyMap<string, Route>;

/** Known? valid? then the handler. */
export function dispatch(route: Route, request: Request, call: Call<never>): object | Promise<object> {
  const params = route.method.params.safeParse(request.params);
  if (params.success) return route.handler(params.data, call);
  throw new ProtocolError(
    'invalid_params',
    `${request.method} cannot take these params: ${describeIssues(params.error)}.`,
    { issues: listIssues(params.error) },
  );
}

/** @throws ProtocolError `method_not_found`, with the names that come nearest. */
export function findRoute(routes: Routes, name: string): Route {
  const route = routes.get(name);
  if (route) return route;
  const suggestions = closest(name, [...routes.keys()]);
  const hint = suggestions.length > 0 ? ` Did you mean ${suggestions.join(' or ')}?` : ' rpc.hello lists what it has.';
  throw new ProtocolError('method_not_found', `This service has no such method.${hint}`, { suggestions });
}
