import { connect, isIP, type Socket, type SocketConstructorOpts } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { Limits } from '@sextant/protocol/limits';
import type { Address, HostAddress } from './address.ts';
import type { Connection } from './connection.ts';
import { isThisMachine, remoteOf } from './remote.ts';
import { TcpConnection } from './tcp.ts';
import { unreachable } from './unreachable.ts';

export interface DialOptions {
  /** The certificates to trust instead of those the system does, as PEM. */
  ca?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** Milliseconds after which dialling is given up: the longest a person waits without a word. */
const DIAL_MS = 10_000;

/**
 * Connects to a service, encrypted where its address says so or is not on this machine.
 * @throws ProtocolError that says what was tried and why it failed: `unavailable`; `insecure_transport` if its
 * certificate is not to be trusted; `unsupported` if it has none.
 */
export async function dial(address: Address, limits: Limits, options: DialOptions = {}): Promise<Connection> {
  const { ca, signal } = options;
  const secure = !('path' in address) && (address.tls ?? !isThisMachine(address.host));
  const socket = secure ? await dialSecurely(address, ca) : connect({ ...address, allowHalfOpen: true });
  try {
    const patience = AbortSignal.any([AbortSignal.timeout(DIAL_MS), ...(signal ? [signal] : [])]);
    await happens(socket, secure ? 'secureConnect' : 'connect', patience);
  } catch (cause) {
    socket.destroy();
    throw unreachable(address, cause, DIAL_MS);
  }
  const remote = remoteOf(socket, 'path' in address ? 'unix' : 'tcp');
  // Both sides holding back until the other reads would hold for ever: this one always reads.
  return new TcpConnection(socket, limits, { remote, holdRequests: false });
}

async function dialSecurely({ host, port }: HostAddress, ca: string | undefined): Promise<Socket> {
  const tls = await import('node:tls');
  const options: ConnectionOptions & SocketConstructorOpts = {
    host,
    port,
    allowHalfOpen: true,
    minVersion: 'TLSv1.2',
    // Whatever the environment says.
    rejectUnauthorized: true,
    ...(isIP(host) === 0 && { servername: host }),
    ...(ca !== undefined && { ca }),
  };
  return tls.connect(options);
}

function happens(socket: Socket, event: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    socket.once('error', reject).once(event, () => {
      signal.removeEventListener('abort', stop);
      socket.off('error', reject);
      resolve();
    });
  });
}
