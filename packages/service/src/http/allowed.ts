import { hostname, networkInterfaces } from 'node:os';
import { isThisMachine } from '@sextant/wire/remote';

/** Names and origins by which a browser may reach a service. */
export interface Allowed {
  /** Names of the service besides those of this machine, lower case. */
  readonly hosts: readonly string[];
  /** Pages of others that may use it: `https://console.example`. */
  readonly origins: readonly string[];
}

/** The names of this machine, if it is reached by others: its own name and its addresses. */
export function ownNames(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
  return [hostname().toLowerCase(), ...addresses.map((address) => (address.includes(':') ? `[${address}]` : address))];
}

/**
 * Why a request is refused before anything else is looked at: somebody else's name leads here (DNS rebinding), or
 * somebody else's page asks (cross-site).
 */
export function refuse(
  { host, origin }: { host?: string | undefined; origin?: string | undefined },
  encrypted: boolean,
  allowed: Allowed,
): 'host' | 'origin' | undefined {
  const name = host === undefined ? undefined : nameOf(`http://${host}`);
  if (name === undefined || !isKnown(name, allowed)) return 'host';
  if (origin === undefined || allowed.origins.includes(origin)) return undefined;
  return sameOrigin(origin, `${encrypted ? 'https' : 'http'}://${host}`) ? undefined : 'origin';
}

function isKnown(name: string, { hosts }: Allowed): boolean {
  return isThisMachine(name.replaceAll(/[[\]]/g, '')) || hosts.some((host) => isNamed(name, host));
}

/** `*.example.org` is every name with one more label, as in certificates. */
function isNamed(name: string, host: string): boolean {
  if (!host.startsWith('*.')) return name === host;
  const dot = name.indexOf('.');
  return dot > 0 && name.slice(dot) === host.slice(1);
}

function nameOf(url: string): string | undefined {
  const parsed = URL.parse(url);
  const isBare = parsed?.pathname === '/' && parsed.search === '' && parsed.username === '' && parsed.hash === '';
  return isBare ? parsed.hostname : undefined;
}

function sameOrigin(origin: string, own: string): boolean {
  const parsed = URL.parse(origin);
  return parsed !== null && parsed.origin !== 'null' && parsed.origin === URL.parse(own)?.origin;
}
