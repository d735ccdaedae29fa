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

export async function openRawSocket(address: { host: string; port: number }): Promise<RawSocket> {
  const socket = connect({ ...address, allowHalfOpen: true });
  await once(socket, 'connect');
  socket.on('error', () => {});
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  return {
    socket,
    write: (data) => void socket.write(data),
    async next() {
      for (;;) {
        const { value, done } = await lines.next();
        if (done) return undefined;
        if (value !== '') return JSON.parse(value) as Record<string, unknown>;
      }
    },
    [Symbol.dispose]: () => socket.destroy(),
  };
}
