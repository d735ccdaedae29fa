import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** A bare socket that speaks whatever a test writes, and reads lines as JSON. */
export interface RawSocket extends Disposable {
  readonly socket: Socket;
  write(data: string | Uint8Array): void;
  /** The next line that is not empty, parsed; undefined once the other side has ended. */
  next(): Promise<Record<string, unknown> | undefined>;
}

/** The line that says who asks, by a token. */
export function helloLine(token: string): string {
  const params = { protocol: 1, client: 'test/1', auth: { type: 'token', token } };
  return `${JSON.stringify({ jsonrpc: '2.0', id: 'hello', method: 'rpc.hello', params })}\n`;
}

/** Connects; with a token, says first who it is. */
export async function openRawSocket(address: { host: string; port: number }, token?: string): Promise<RawSocket> {
  const { host, port } = address;
  const socket = connect({ host, port, allowHalfOpen: true });
  await once(socket, 'connect');
  socket.on('error', () => {});
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const next: RawSocket['next'] = async () => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) return undefined;
      if (value !== '') return JSON.parse(value) as Record<string, unknown>;
    }
  };
  if (token !== undefined) {
    socket.write(helloLine(token));
    await next();
  }
  return { socket, write: (data) => void socket.write(data), next, [Symbol.dispose]: () => socket.destroy() };
}
