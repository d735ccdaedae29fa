import { ProtocolError } from '@sextant/protocol/errors';
import type { HostAddress } from '@sextant/wire/address';
import { InvalidArgumentError } from 'commander';

/** A port to listen on; 0 takes any free one. */
export function parsePort(text: string): number {
  return parseInteger(text, 0, 65_535);
}

/** How many of something. */
export function parseCount(text: string): number {
  return parseInteger(text, 1, 1000);
}

/** How many peers to start: each is a process. */
export function parsePeers(text: string): number {
  return parseInteger(text, 1, 200);
}

/** `HOST:PORT`, or `HOST` where the port is the usual one. */
export function parseAddress(text: string, usualPort: number): HostAddress {
  const { hostname, port, pathname, username } = URL.parse(`tcp://${text}`) ?? {};
  if (!hostname || pathname || username) {
    throw new ProtocolError('invalid_params', `"${text}" is no address: write HOST or HOST:PORT.`);
  }
  return { host: hostname.replaceAll(/[[\]]/g, ''), port: port ? Number(port) : usualPort };
}

/** For an option that may be given several times: all its values in order. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

function parseInteger(text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max)
    throw new InvalidArgumentError(`It is a number from ${min} to ${max}.`);
  return value;
}
