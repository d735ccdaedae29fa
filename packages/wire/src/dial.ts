import { connect, type Socket } from 'node:net';
import { ProtocolError } from '@sextant/protocol/errors';
import type { Limits } from '@sextant/protocol/limits';
import type { Connection } from './connection.ts';
import { remoteOf } from './remote.ts';
import { TcpConnection } from './tcp.ts';

/** Where a service is. */
export interface Address {
  host: string;
  port: number;
}

/** Milliseconds after which dialling is given up: the longest a person waits without a word. */
const DIAL_MS = 10_000;

/**
 * Connects to a service.
 * @throws ProtocolError `unavailable` that says what was tried and why it failed.
 */
export async function dial(address: Address, limits: Limits, signal?: AbortSignal): Promise<Connection> {
  const socket = connect({ ...address, allowHalfOpen: true });
  try {
    await connected(socket, AbortSignal.any([AbortSignal.timeout(DIAL_MS), ...(signal ? [signal] : [])]));
  } catch (cause) {
    socket.destroy();
    throw unreachable(address, cause);
  }
  // Both sides holding back until the other reads would hold for ever: this one always reads.
  return new TcpConnection(socket, limits, { remote: remoteOf(socket, 'tcp'), holdRequests: false });
}

function connected(socket: Socket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    socket.once('error', reject).once('connect', () => {
      signal.removeEventListener('abort', stop);
      socket.off('error', reject);
      resolve();
    });
  });
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'there is no such host, or no network',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'there is no way to that network',
  ECONNRESET: 'the connection was cut',
};

function unreachable({ host, port }: Address, cause: unknown): ProtocolError {
  const code = Error.isError(cause) && 'code' in cause ? String(cause.code) : '';
  const reason =
    REASONS[code] ?? (cause instanceof DOMException ? `no answer within ${DIAL_MS / 1000} s` : code || 'it failed');
  return new ProtocolError('unavailable', `Cannot connect to ${host}:${port}: ${reason}.`, { reason: code }, { cause });
}
