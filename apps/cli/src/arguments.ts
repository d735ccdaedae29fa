import { ProtocolError } from '@sextant/protocol/errors';
import { formatAddress, type Address, type HostAddress } from '@sextant/wire/address';
import { InvalidArgumentError } from 'commander';
import { isIPv6 } from 'node:net';

/** A port to listen on; 0 takes any free one. */
export function parsePort(text: string): number {
  return parseInteger(text, 0, 65_535);
}

/** How many of something. */
export function parseCount(text: string): number {
  return parseInteger(text, 1, 1000);
}

/** Lines of a log, counted from the last. */
export function parseLines(text: string): number {
  return parseInteger(text, 0, 1_000_000);
}

/** The most of something. */
export function parseAmount(text: string): number {
  return parseInteger(text, 1, 2 ** 31 - 1);
}

/** A place in an output: bytes before it. */
export function parsePlace(text: string): number {
  return parseInteger(text, 0, Number.MAX_SAFE_INTEGER);
}

export function parseMilliseconds(text: string): number {
  return parseInteger(text, 1, 2 ** 31 - 1);
}

const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const LONGEST_MS = 30 * UNITS.d;

/** `90s`, `10m`, `2h` or `1d`, in milliseconds. */
export function parseLength(text: string): number {
  const [, count, unit] = /^(\d{1,8})([smhd])$/.exec(text) ?? [];
  const ms = Number(count) * UNITS[unit as keyof typeof UNITS];
  if (ms >= UNITS.s && ms <= LONGEST_MS) return ms;
  throw new InvalidArgumentError('It is a length of time such as 90s, 10m, 2h or 1d, at most 30d.');
}

const SIZES = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** `512m`; bytes where there is no unit, as Docker's own client takes it. */
export function parseSize(text: string): number {
  const [, number, unit = 'b'] = /^(\d+(?:\.\d+)?)([bkmg]?)b?$/.exec(text.toLowerCase()) ?? [];
  if (number === undefined) throw new InvalidArgumentError('It is a size such as 512m or 2g.');
  return Math.round(Number(number) * SIZES[(unit || 'b') as keyof typeof SIZES]);
}

/** How many peers to start. */
export function parsePeers(text: string): number {
  return parseInteger(text, 1, 200);
}

/** `unix:PATH`, or what `parseHostAddress` takes. */
export function parseAddress(text: string, usualPort: number): Address {
  const path = text.startsWith('unix:') ? text.slice('unix:'.length) : undefined;
  if (path === '') throw noAddress(text, ANYWHERE);
  return path === undefined ? parseHostAddress(text, usualPort, ANYWHERE) : { path };
}

/**
 * `HOST:PORT`, or `HOST` where the port is the usual one; an IPv6 address before a port stands in brackets. `tls://` in
 * front asks for encryption where it is not usual, on this machine.
 */
export function parseHostAddress(text: string, usualPort: number, forms = 'HOST or HOST:PORT'): HostAddress {
  const place = text.replace(/^tls:\/\//, '');
  const { hostname, port, pathname, username } = URL.parse(`tcp://${isIPv6(place) ? `[${place}]` : place}`) ?? {};
  if (!hostname || pathname || username) throw noAddress(text, forms);
  const at = { host: hostname.replaceAll(/[[\]]/g, ''), port: port ? Number(port) : usualPort };
  return place === text ? at : { ...at, tls: true };
}

/** What `--host` takes for an address. */
export function hostOption({ tls, ...at }: HostAddress): string {
  return `${tls ? 'tls://' : ''}${formatAddress(at)}`;
}

/** For an option that may be given several times: all its values in order. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** For an option that may be given several times: variables by their names. */
export function collectVariable(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It is NAME=VALUE.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

const ANYWHERE = 'HOST, HOST:PORT, tls://HOST:PORT or unix:PATH';

function noAddress(text: string, forms: string): ProtocolError {
  return new ProtocolError('invalid_params', `"${text}" is no address: write ${forms}.`);
}

function parseInteger(text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max)
    throw new InvalidArgumentError(`It is a number from ${min} to ${max}.`);
  return value;
}
