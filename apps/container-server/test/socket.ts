import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { temporaryFolder } from '@sextant/testing/rig';
import { ENGINE } from './real-engine.ts';

/** A server at an address of the file system or of loopback, and the connections it has. */
export interface TestSocket extends AsyncDisposable {
  readonly connections: ReadonlySet<Socket>;
  /** The port, of one on loopback. */
  readonly port: number;
}

/** Listens, and hands each connection over. */
export async function serveSocket(
  at: { path: string } | { port: number; host: string },
  accept: (socket: Socket) => void,
): Promise<TestSocket> {
  const connections = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket)).on('error', () => {});
    accept(socket);
  });
  server.listen(at);
  await once(server, 'listening');
  return { connections, port: portOf(server), [Symbol.asyncDispose]: () => end(server, connections) };
}

/** Hands a connection on to the real engine. */
export function toEngine(socket: Socket): void {
  pass(socket, dialEngine());
}

/** A connection to the real engine. */
export function dialEngine(): Socket {
  const { protocol, pathname, hostname, port } = new URL(ENGINE);
  return protocol === 'unix:' ? connect(pathname) : connect(Number(port), hostname);
}

/** Hands bytes on in both directions until either side lets go; what comes back goes through something first, if given. */
export function pass(socket: Socket, other: Socket, through?: Duplex): void {
  socket.pipe(other);
  if (through) other.pipe(through).pipe(socket);
  else other.pipe(socket);
  // An engine that lets go of a registry must not be kept by what it did not read.
  socket.on('end', () => socket.destroy()).on('close', () => other.destroy());
  other.on('close', () => socket.destroy()).on('error', () => {});
}

/** A free path for a Unix socket, in a folder of its own. */
export async function socketPath(): Promise<{ path: string; url: string } & AsyncDisposable> {
  const folder = await temporaryFolder();
  const path = join(folder.path, 'docker.sock');
  return { path, url: `unix://${path}`, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

async function end(server: Server, connections: ReadonlySet<Socket>): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  for (const socket of connections) socket.destroy();
  await closed;
}
