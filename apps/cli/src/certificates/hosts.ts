import { hostname, networkInterfaces } from 'node:os';

/** How this machine is called and reached: its name, and its addresses but for those of one cable. */
export function ownHosts(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address));
  const reachable = addresses.filter((address) => !/^(fe80:|169\.254\.)/i.test(address));
  return [...new Set([hostname(), 'localhost', '127.0.0.1', '::1', ...reachable])];
}
