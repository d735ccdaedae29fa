import { z } from 'zod';

/** Everything. */
export const ALL = '*';

/** What it takes to read the metrics of a service on another machine: no method asks for it. */
export const METRICS_SCOPE = 'metrics:read';

/**
 * What a caller may do: `*`, `chat:*`, `chat:use`, or limited to what is named: `chat:use:lobby`, `file:read:reports/*`.
 */
export const scopeSchema = z
  .string()
  .max(256)
  .regex(
    /^(\*|[a-z]+:(\*|[a-z]+(:[^\s*]*\*?)?))$/,
    'must be "*", "service:*", "service:verb" or "service:verb:name", the name ending in "*" if it is the beginning of one',
  );

/** True if the scopes allow an access to everything it is about. */
export function allowsAll(scopes: readonly string[], access: string): boolean {
  if (scopes.includes(access) || scopes.includes(ALL)) return true;
  const [service = ''] = access.split(':');
  return scopes.includes(`${service}:*`);
}

/** True if the scopes allow an access to what is called `object`. */
export function allows(scopes: readonly string[], access: string, object: string): boolean {
  return allowsAll(scopes, access) || limits(scopes, access).some((pattern) => matches(pattern, object));
}

/** True if the scopes allow an access to something at least. */
export function allowsSome(scopes: readonly string[], access: string): boolean {
  return allowsAll(scopes, access) || limits(scopes, access).length > 0;
}

function limits(scopes: readonly string[], access: string): string[] {
  const prefix = `${access}:`;
  return scopes.filter((scope) => scope.startsWith(prefix)).map((scope) => scope.slice(prefix.length));
}

/** `reports/*` is the folder too, not only what is in it. */
function matches(pattern: string, object: string): boolean {
  if (!pattern.endsWith('*')) return pattern === object;
  const beginning = pattern.slice(0, -1);
  return object.startsWith(beginning) || `${object}/` === beginning;
}
