import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { failure } from '@sextant/protocol/envelope';
import { ProtocolError } from '@sextant/protocol/errors';
import { encodeLine } from '@sextant/protocol/frame';
import type { Limits } from '@sextant/protocol/limits';
import type { Connection } from './connection.ts';
import { TcpConnection } from './tcp.ts';

/** Where to listen: a port of an address; 0 takes any free one. */
export interface ListenAddress {
  host: string;
  port: number;
}

export interface Listener {
  readonly host: string;
  readonly port: number;
  /** Accepts no more, and drops who has not said yet what it speaks. Connections go on. */
  close(): Promise<void>;
}

/**
 * Accepts connections and tells by the first byte what each one speaks. One that says nothing within `firstLineMs` is
 * closed.
 * @throws the system's error, such as EADDRINUSE.
 */
export async function listen(
  address: ListenAddress,
  limits: Limits,
  accept: (connection: Connection) => void,
): Promise<Listener> {
  const undetected = new Set<Socket>();
  // Half-open, so that `echo ... | nc host port` is answered after its end.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    undetected.add(socket);
    socket.once('close', () => undetected.delete(socket));
    detect(socket, limits, (connection) => {
      undetected.delete(socket);
      accept(connection);
    });
  });
  // Beyond the descriptor limit libuv accepts and closes in silence; below this we at least answer who is there.
  server.maxConnections = limits.connections;
  await listening(server, address);
  const { address: host, port } = server.address() as AddressInfo;
  return { host, port, close: () => close(server, undetected) };
}

function listening(server: Server, address: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // The longest queue the system allows: two thousand clients may come at once.
    server.listen({ ...address, backlog: 65_535 }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function close(server: Server, undetected: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of undetected) socket.destroy();
  });
}

function detect(socket: Socket, limits: Limits, accept: (connection: Connection) => void): void {
  const hangUp = (): void => void socket.destroy();
  const deadline = setTimeout(hangUp, limits.firstLineMs);
  socket
    .on('error', hangUp)
    .on('end', hangUp)
    .once('close', () => clearTimeout(deadline));
  socket.once('data', (chunk: Buffer) => {
    clearTimeout(deadline);
    socket.pause().off('error', hangUp).off('end', hangUp);
    if (isJsonLines(chunk[0])) adopt(socket, chunk, limits, accept);
    else refuse(socket);
  });
}

/** Puts the bytes back that were read to know them, and hands the socket over. */
function adopt(socket: Socket, chunk: Buffer, limits: Limits, accept: (connection: Connection) => void): void {
  accept(new TcpConnection(socket, limits, true));
  socket.unshift(chunk);
  socket.resume();
}

/** Milliseconds a refused connection has to read why. */
const LINGER_MS = 500;

const OPENINGS = new Set(['{', ' ', '\t', '\r', '\n'].map((character) => character.charCodeAt(0)));

function isJsonLines(firstByte: number | undefined): boolean {
  return firstByte !== undefined && OPENINGS.has(firstByte);
}

function refuse(socket: Socket): void {
  const help = new ProtocolError(
    'bad_framing',
    'This port speaks JSON-RPC 2.0, one object a line. Try: {"jsonrpc":"2.0","id":1,"method":"rpc.hello","params":{"protocol":1,"client":"me"}}',
  );
  socket.on('error', () => socket.destroy());
  // Read what is still coming: closing with unread bytes would reset the connection and take the help with it.
  socket.end(encodeLine(failure(null, help)), () => setTimeout(() => socket.destroy(), LINGER_MS).unref());
  socket.resume();
}
