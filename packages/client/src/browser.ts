import { LIMITS } from '@sextant/protocol/limits';
import type { Service } from '@sextant/protocol/method';
import { dialWebSocket } from '@sextant/wire/dial-web-socket';
import type { Client, Greeting } from './client.ts';
import { greeted } from './greeted.ts';

/** Who asks, and until when it wants to. A page keeps no key: it shows a token. */
export interface ConnectOptions extends Greeting {
  auth?: { readonly type: 'token'; readonly token: string } | undefined;
  signal?: AbortSignal | undefined;
}

/** What waits to be sent is our caller's own, so it is not bounded here. */
const DIALLING = { ...LIMITS, outputHard: Infinity };

/**
 * Connects to a service from a page, by `ws://HOST:PORT/ws` or `wss://HOST:PORT/ws`, and greets it.
 * @throws ProtocolError `unavailable` if nothing answers there; `unsupported` if something else does;
 * `insecure_transport` rather than send a token in clear; `unauthenticated` if it takes this caller for nobody.
 */
export async function connect<S extends Service>(
  service: S,
  url: string | URL,
  options: ConnectOptions,
): Promise<Client<S>> {
  const connection = await dialWebSocket(new URL(url), DIALLING, options.signal);
  const { host, port, encrypted } = connection.remote;
  return greeted(service, { host, port, tls: encrypted }, connection, options);
}
