import type { IncomingHttpHeaders } from 'node:http';
import type { Allowed } from './allowed.ts';

/** Headers that let a page of another origin read what it is answered, where that origin was let in. */
export function crossOrigin({ origin }: IncomingHttpHeaders, { origins }: Allowed): [string, string][] {
  if (origin === undefined || !origins.includes(origin)) return [];
  return [
    ['Access-Control-Allow-Origin', origin],
    ['Access-Control-Allow-Headers', 'Authorization, Content-Type'],
    ['Access-Control-Allow-Methods', 'GET, POST'],
    ['Cross-Origin-Resource-Policy', 'cross-origin'],
    ['Vary', 'Origin'],
  ];
}
