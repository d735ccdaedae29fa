import { describeIssues, listIssues, type Request } from '@sextant/protocol/envelope';
import { ProtocolError } from '@sextant/protocol/errors';
import type { Method } from '@sextant/protocol/method';
import { allows, allowsAll, allowsSome } from '@sextant/protocol/scope';
import type { Call } from './call.ts';
import type { Principal } from './caller.ts';
import { closest } from '../closest.ts';

/** A method and what answers it, with the types forgotten: the schema is checked before the handler runs. */
export interface Route {
  readonly name: string;
  readonly method: Method;
  readonly handler: (params: object, call: Call<never>) => object | Promise<object>;
}

/** A map and no object: a method named `constructor` must be unknown. */
export type Routes = ReadonlyMap<string, Route>;

/** @throws ProtocolError `method_not_found`, with the names that come nearest. */
export function findRoute(routes: Routes, name: string): Route {
  const route = routes.get(name);
  if (route) return route;
  const suggestions = closest(name, [...routes.keys()]);
  const hint = suggestions.length > 0 ? ` Did you mean ${suggestions.join(' or ')}?` : ' rpc.hello lists what it has.';
  throw new ProtocolError('method_not_found', `This service has no such method.${hint}`, { suggestions });
}

/**
 * The params of a request that may be done: allowed at all, valid, and allowed for what they name.
 * @throws ProtocolError `unauthenticated`, `forbidden` or `invalid_params`
 */
export function check({ method }: Route, request: Request, principal: Principal): object {
  if (!isOpen(method) && !allowsSome(principal.scopes, method.access)) throw denied(method.access, principal);
  const params = method.params.safeParse(request.params);
  if (!params.success) {
    throw new ProtocolError(
      'invalid_params',
      `${request.method} cannot take these params: ${describeIssues(params.error)}.`,
      { issues: listIssues(params.error) },
    );
  }
  if (!isAllowed(method, params.data, principal)) throw denied(scopeOf(method, params.data), principal);
  return params.data;
}

/** What a request is about, by the name that a scope may be limited to. */
export function objectOf({ object }: Method, params: object): string | undefined {
  return object === undefined || object === 'own' ? undefined : named(params, object);
}

/** What a call touches, for the audit log. */
export function touched(method: Method, params: object): string | undefined {
  const { audited } = method;
  return objectOf(method, params) ?? (typeof audited === 'string' ? named(params, audited) : undefined);
}

/** Unchecked yet where a refusal is written down: what is no text names nothing. */
function named(params: object, parameter: string): string {
  const value = (params as Record<string, unknown>)[parameter];
  return typeof value === 'string' ? value : '';
}

function isOpen({ access }: Method): boolean {
  return access === 'public';
}

function isAllowed(method: Method, params: object, { scopes }: Principal): boolean {
  if (isOpen(method) || method.object === 'own') return true;
  const object = objectOf(method, params);
  return object === undefined ? allowsAll(scopes, method.access) : allows(scopes, method.access, object);
}

function scopeOf(method: Method, params: object): string {
  const object = objectOf(method, params);
  return object === undefined || object === '' ? method.access : `${method.access}:${object}`;
}

function denied(scope: string, { name }: Principal): ProtocolError {
  if (name === 'anonymous') {
    return new ProtocolError(
      'unauthenticated',
      `Say who you are to do this, with a token that has the scope "${scope}": rpc.hello with auth, or by HTTP "Authorization: Bearer TOKEN".`,
      { scope },
    );
  }
  return new ProtocolError(
    'forbidden',
    `${JSON.stringify(name)} lacks the scope "${scope}" for this; whoever runs the service can make a token that has it.`,
    { scope },
  );
}
