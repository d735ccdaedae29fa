import type { HostAddress } from '@sextant/wire/address';

const LOOPBACK: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** Where a service is asked from its own machine: one that listens on all addresses also listens on loopback. */
export function fromHere({ host, port }: HostAddress): HostAddress {
  return { host: LOOPBACK[host] ?? host, port };
}
