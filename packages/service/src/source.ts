import { isIPv6 } from 'node:net';

/** What counts as one source: an IPv4 address, or the network of an IPv6 one, since its owner has all of that. */
export function sourceOf(host: string): string {
  if (!isIPv6(host)) return host;
  const [head = '', tail] = host.split('::');
  const first = head.split(':').filter((group) => group !== '');
  if (tail === undefined) return first.slice(0, 4).join(':');
  const last = tail.split(':').filter((group) => group !== '');
  const middle = Array.from({ length: 8 - first.length - last.length }, () => '0');
  return [...first, ...middle, ...last].slice(0, 4).join(':');
}
