import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { enter, type Door } from './door.ts';
import { remoteOf } from './remote.ts';
import { listenPrivately } from './unix-socket.ts';

/** Where to listen: a port of an address, 0 for any free one; and the path of a Unix socket beside it. */
export interface ListenAddress {
  host: string;
  port: number;
  socket?: string | undefined;
}

/** One place in so many is kept for the Unix socket, where there is one: its user gets in however full the port is. */
const SOCKET_SHARE = 8;

export interface Listener {
  readonly host: string;
  readonly port: number;
  /** Accepts no more, and drops who has not said yet what it speaks. Connections go on. */
  close(): Promise<void>;
}

/**
 * Listens, and tells by the first byte what each newcomer speaks, and again inside TLS. One that says nothing within
 * `firstLineMs` is closed.
 * @throws the system's error, such as EADDRINUSE.
 */
export async function listen(address: ListenAddress, door: Door): Promise<Listener> {
  const undetected = new Set<Socket>();
  const { connections } = door.limits;
  const apart = address.socket === undefined ? 0 : Math.ceil(connections / SOCKET_SHARE);
  const tcp = makeServer('tcp', door, connections - apart, undetected);
  const servers = [await listening(tcp, { host: address.host, port: address.port })];
  const { address: host, port } = tcp.address() as AddressInfo;
  const close = (): Promise<void> => closeAll(servers, undetected);
  try {
    if (address.socket !== undefined) {
      const server = makeServer('unix', door, apart, undetected);
      servers.push(await listenPrivately(address.socket, (path) => listening(server, { path })));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { host, port, close };
}

function makeServer(transport: 'tcp' | 'unix', door: Door, places: number, undetected: Set<Socket>): Server {
  // Half-open, so that `echo ... | nc host port` is answered after its end.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const remote = remoteOf(socket, transport);
    if (!door.admit(socket, remote)) {
      socket.resetAndDestroy();
      return;
    }
    undetected.add(socket);
    const known = (): void => {
      undetected.delete(socket);
      socket.off('close', known);
    };
    socket.once('close', known);
    enter(socket, transport, door, known);
  });
  // Beyond the descriptor limit libuv accepts and closes in silence; below this we at least know of it.
  server.maxConnections = places;
  server.on('drop', () => door.full());
  return server;
}

function listening(server: Server, address: { host: string; port: number } | { path: string }): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // The longest queue the system allows: two thousand clients may come at once.
    server.listen({ ...address, backlog: 65_535 }, () => {
      server.off('error', reject);
      // EMFILE while accepting is told here too: who waits is accepted once descriptors are free again.
      server.on('error', () => {});
      resolve(server);
    });
  });
}

async function closeAll(servers: readonly Server[], undetected: ReadonlySet<Socket>): Promise<void> {
  const closed = servers.map((server) => new Promise<void>((resolve) => void server.close(() => resolve())));
  for (const socket of undetected) socket.destroy();
  await Promise.all(closed);
}
