import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { Limits } from '@sextant/protocol/limits';
import type { Connection, Remote } from './connection.ts';
import { detect } from './detect.ts';
import { help } from './help.ts';
import { remoteOf } from './remote.ts';
import { TcpConnection } from './tcp.ts';

/** What becomes of whoever comes. */
export interface Door {
  readonly limits: Limits;
  /** The service's certificate; without it nobody gets TLS. */
  readonly tls?: SecureContext | undefined;
  /** False sends a newcomer away before it has said anything. */
  admit(socket: Socket, remote: Remote): boolean;
  /** Somebody was sent away because there are as many connections as there may be. */
  full(): void;
  /** Somebody could not agree on how to encrypt, or took too long for it. */
  unencrypted(): void;
  /** It speaks JSON lines. */
  accept(connection: Connection): void;
  /** It speaks HTTP. */
  http(socket: Socket, remote: Remote): void;
}

/**
 * Lets a newcomer in by what its first byte says, and again inside TLS. One that says nothing within `firstLineMs` is cut.
 * `known` is told once it is clear what it wants.
 */
export function enter(socket: Socket, transport: 'tcp' | 'unix', door: Door, known: () => void): void {
  detect(socket, door.limits.firstLineMs, (opening) => {
    if (opening === 'tls' && door.tls && !('encrypted' in socket)) {
      encrypt(socket, door.tls, door, (secure) => enter(secure, transport, door, known));
      return;
    }
    known();
    const remote = remoteOf(socket, transport);
    if (opening === 'json-lines') {
      door.accept(new TcpConnection(socket, door.limits, { remote, holdRequests: true }));
      socket.resume();
    } else if (opening === 'http') door.http(socket, remote);
    // Plain words tell a client that there is no TLS here, or not twice.
    else help(socket);
  });
}

function encrypt(socket: Socket, secureContext: SecureContext, door: Door, done: (secure: Socket) => void): void {
  // Whoever has no certificate never loads it.
  const { TLSSocket } = process.getBuiltinModule('node:tls');
  const secure = new TLSSocket(socket, { isServer: true, secureContext });
  const hangUp = (): void => void secure.destroy();
  const deadline = setTimeout(hangUp, door.limits.handshakeMs);
  const failed = (): void => {
    clearTimeout(deadline);
    door.unencrypted();
  };
  secure
    .on('error', hangUp)
    .on('end', hangUp)
    .once('close', failed)
    .once('secure', () => {
      clearTimeout(deadline);
      secure.off('error', hangUp).off('end', hangUp).off('close', failed);
      done(secure);
    });
  // A handshake that breaks off ends the socket below, not the one above it.
  socket.on('error', hangUp).once('close', hangUp);
}
