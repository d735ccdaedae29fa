import { ProtocolError } from '@sextant/protocol/errors';
import type { FurtherScope, Method } from '@sextant/protocol/method';
import { allowsAll, allowsSome, METRICS_SCOPE, scopeSchema } from '@sextant/protocol/scope';
import { SERVICES } from '@sextant/protocol/services';
import { closest } from '@sextant/service/closest';

/** One access: that methods ask for, or that allows more of what several do. */
export interface Access {
  readonly access: string;
  /** Those methods by name, or what it allows in words. */
  readonly allows: string;
  /** Whether a scope may name what is touched: `chat:use:lobby`. */
  readonly limitable: boolean;
}

/** All that a scope can allow, service by service. */
export function accesses(): Access[] {
  return [...group(() => true), ...further(() => true)];
}

/** What the scopes allow: of a scope that names something, only the methods that touch something. */
export function allowedBy(scopes: readonly string[]): Access[] {
  const asked = group(({ access, object }) =>
    object === undefined ? allowsAll(scopes, access) : allowsSome(scopes, access),
  );
  const more = further((access, writtenOut) => (writtenOut ? scopes.includes(access) : allowsAll(scopes, access)));
  return [...asked, ...more];
}

/** Those that are no method's access. */
function further(isAmong: (access: string, writtenOut: boolean) => boolean): Access[] {
  const all: [string, FurtherScope][] = SERVICES.flatMap(({ scopes = {} }) => Object.entries(scopes));
  return [...all, METRICS]
    .filter(([access, { writtenOut = false }]) => isAmong(access, writtenOut))
    .map(([access, { meaning, writtenOut }]) => ({
      access,
      allows: writtenOut ? `${meaning}; "*" does not hold it` : meaning,
      limitable: false,
    }));
}

const METRICS: [string, FurtherScope] = [METRICS_SCOPE, { meaning: '/metrics' }];

function group(isAmong: (method: Method) => boolean): Access[] {
  const all = SERVICES.flatMap((service) => Object.entries<Method>(service.methods));
  const asked = all.filter(([, method]) => method.access !== 'public' && isAmong(method));
  return [...Map.groupBy(asked, ([, { access }]) => access)].map(([access, methods]) => ({
    access,
    allows: methods.map(([name]) => name).join(' '),
    limitable: methods.some(([, { object }]) => object !== undefined && object !== 'own'),
  }));
}

/**
 * A scope that allows something.
 * @throws ProtocolError `invalid_params` that says what was meant.
 */
export function parseScope(text: string): string {
  const scope = scopeSchema.safeParse(text);
  if (!scope.success) throw wrong(`"${text}" is no scope: it ${scope.error.issues[0]?.message}.${misplaced(text)}`);
  const [service = '', verb, ...name] = text.split(':');
  if (text === '*' || (verb === '*' && services().includes(service))) return text;
  const known = accesses().find(({ access }) => access === `${service}:${verb}`);
  if (!known) throw wrong(`No service knows the scope "${text}".${meant(text)}`);
  if (name.length > 0 && !known.limitable)
    throw wrong(`${known.access} cannot be limited to a name; write "${known.access}".`);
  return text;
}

function services(): string[] {
  return [...new Set(accesses().map(({ access }) => access.split(':')[0] ?? ''))];
}

function meant(text: string): string {
  const known = accesses().map(({ access }) => access);
  const [service = ''] = text.split(':');
  const near = closest(text, known);
  const ofService = known.filter((access) => access.startsWith(`${service}:`));
  const suggestions = near.length > 0 ? near : ofService;
  if (suggestions.length > 0) return ` Did you mean ${suggestions.join(' or ')}?`;
  return ` There are ${known.join(', ')}; "service:*" is all of one, "*" everything.`;
}

/** All words after `--scope` are taken for scopes. */
function misplaced(text: string): string {
  return text.includes(':') ? meant(text) : ' If it is who the token is for, it stands before --scope.';
}

function wrong(message: string): ProtocolError {
  return new ProtocolError('invalid_params', message);
}
