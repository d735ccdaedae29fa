import type { ServerResponse } from 'node:http';

/** What no page of ours needs, no page may do: scripts, frames, forms, other origins. */
const STRICT_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const SAFE_HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': STRICT_POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  // One request a connection: what is not kept open need not be watched.
  Connection: 'close',
};

export interface Answer {
  status: number;
  type: string;
  body: string;
  headers?: Readonly<Record<string, string>>;
}

export function json(status: number, value: object, headers?: Answer['headers']): Answer {
  return { status, type: 'application/json', body: `${JSON.stringify(value)}\n`, ...(headers && { headers }) };
}

export function write(response: ServerResponse, { status, type, body, headers }: Answer): void {
  const usual = Object.entries(SAFE_HEADERS).filter(([name]) => !response.hasHeader(name));
  response.writeHead(status, {
    ...Object.fromEntries(usual),
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }),
    ...headers,
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}
