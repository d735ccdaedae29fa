import { ProtocolError } from '@sextant/protocol/errors';
import type { Limits } from '@sextant/protocol/limits';
import { BrowserConnection } from './browser.ts';
import type { Connection, Remote } from './connection.ts';
import { SUBPROTOCOL } from './subprotocol.ts';

/** Milliseconds after which dialling is given up: the longest a person waits without a word. */
const DIAL_MS = 10_000;

/**
 * Connects to a service by `ws://HOST:PORT/ws` or `wss://HOST:PORT/ws`, from a page or from Node.
 * @throws ProtocolError `unavailable`: a page is not told why; `unsupported` if it is no service of ours.
 */
export async function dialWebSocket(url: URL, limits: Limits, signal?: AbortSignal): Promise<Connection> {
  const socket = new WebSocket(url, [SUBPROTOCOL]);
  try {
    await opened(socket, AbortSignal.any([AbortSignal.timeout(DIAL_MS), ...(signal ? [signal] : [])]));
  } catch (cause) {
    socket.close();
    throw unreachable(url, cause);
  }
  if (socket.protocol !== SUBPROTOCOL) {
    socket.close();
    throw new ProtocolError('unsupported', `${url.href} does not speak ${SUBPROTOCOL}: it is no service of Sextant.`);
  }
  return new BrowserConnection(socket, limits, remoteOf(url));
}

function opened(socket: WebSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    socket.addEventListener('error', () => reject(new Error('refused')), { once: true });
    socket.addEventListener(
      'open',
      () => {
        signal.removeEventListener('abort', stop);
        resolve();
      },
      { once: true },
    );
  });
}

function unreachable(url: URL, cause: unknown): ProtocolError {
  const why =
    cause instanceof DOMException
      ? `no answer within ${DIAL_MS / 1000} s`
      : 'nothing listens there, its certificate is not trusted, or it refuses this page';
  return new ProtocolError('unavailable', `Cannot connect to ${url.href}: ${why}.`, {}, { cause });
}

function remoteOf({ hostname, port, protocol }: URL): Remote {
  const encrypted = protocol === 'wss:';
  return {
    host: hostname,
    port: Number(port) || (encrypted ? 443 : 80),
    transport: 'websocket',
    encrypted,
    local: /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname),
  };
}
