import { once } from 'node:events';
import { connect, type Socket, type SocketConstructorOpts } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { describe } from '@jest/globals';
import { readLines, type Line } from './exchange.ts';
import { OPCODE, payloadsOf, upgradeRequest, webSocketFrame } from './websocket-bytes.ts';

/** Where a service can be reached, in each way it can. */
export interface Endpoint {
  host: string;
  port: number;
  /** The path of its Unix socket. */
  socket?: string | undefined;
  /** The certificate of the authority that its own is signed by. */
  ca?: string | undefined;
}

/** One way to a service, as raw as it can be had. */
export interface Transport {
  readonly name: 'tcp' | 'tls' | 'unix' | 'websocket';
  /** Opens it, up to where frames may follow. The socket is half-open where the transport is. */
  open(at: Endpoint): Promise<Socket>;
  /** The bytes that carry a whole frame. */
  wrap(frame: Uint8Array): Buffer;
  /** The bytes that say that no more follows, where the transport itself does not. */
  readonly end: Buffer;
  /** The frames in what was read, one after the other. */
  unwrap(bytes: Buffer): Buffer;
}

const stream = {
  wrap: (frame: Uint8Array) => Buffer.from(frame),
  end: Buffer.alloc(0),
  unwrap: (bytes: Buffer) => bytes,
};

export const TRANSPORTS: readonly Transport[] = [
  { ...stream, name: 'tcp', open: ({ host, port }) => connected(connect({ host, port, allowHalfOpen: true })) },
  { ...stream, name: 'tls', open: openTls },
  { ...stream, name: 'unix', open: ({ socket = '' }) => connected(connect({ path: socket, allowHalfOpen: true })) },
  {
    name: 'websocket',
    open: openWebSocket,
    wrap: (frame) => webSocketFrame(frame),
    end: webSocketFrame(Buffer.of(0x03, 0xe8), OPCODE.close),
    unwrap: payloadsOf,
  },
];

/** The same tests over every transport. */
export function forEachTransport(tests: (transport: Transport) => void): void {
  describe.each(TRANSPORTS.map((transport) => [transport.name, transport] as const))('over %s', (_name, transport) =>
    tests(transport),
  );
}

async function connected(socket: Socket): Promise<Socket> {
  await once(socket, 'connect');
  return socket.setNoDelay(true).on('error', () => {});
}

async function openTls({ host, port, ca }: Endpoint): Promise<Socket> {
  const options: ConnectionOptions & SocketConstructorOpts = { host, port, allowHalfOpen: true, ...(ca && { ca }) };
  const socket = connectTls(options);
  await once(socket, 'secureConnect');
  return socket.setNoDelay(true).on('error', () => {});
}

async function openWebSocket({ host, port }: Endpoint): Promise<Socket> {
  const socket = await connected(connect({ host, port }));
  socket.write(upgradeRequest(host, port));
  const answer = await readHead(socket);
  if (!answer.startsWith('HTTP/1.1 101 ')) throw new Error(`no WebSocket: ${answer}`);
  return socket;
}

/** Reads up to the empty line, and puts the rest back. */
async function readHead(socket: Socket): Promise<string> {
  let head = Buffer.alloc(0);
  for (;;) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end === -1) continue;
    socket.pause();
    socket.unshift(head.subarray(end + 4));
    return head.subarray(0, end).toString('latin1');
  }
}

/** Writes pieces one after the other, says that no more follows, and returns everything that was answered. */
export async function converse(transport: Transport, at: Endpoint, pieces: readonly Uint8Array[]): Promise<Line[]> {
  const socket = await transport.open(at);
  const chunks: Buffer[] = [];
  const closed = once(socket, 'close');
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.resume();
  for (const piece of pieces) {
    socket.write(piece);
    // A turn of the event loop between two writes, or they leave together.
    if (pieces.length > 1) await turn();
  }
  socket.end(transport.end);
  await closed;
  return readLines(transport.unwrap(Buffer.concat(chunks)));
}
