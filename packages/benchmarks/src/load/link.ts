import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Bytes read at once. One buffer serves all links: what comes is looked at before the next is read. */
const buffer = Buffer.allocUnsafeSlow(256 * 1024);

/** A connection of the load: it sends bytes that were made before, and counts what comes. */
export class Link {
  readonly socket: Socket;
  /** Bytes that came so far. */
  received = 0;
  /** Told of what comes; the bytes are overwritten by the next. */
  heard: (bytes: Buffer) => void = () => {};

  private constructor(port: number) {
    this.socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer,
        callback: (length, bytes) => {
          this.received += length;
          this.heard((bytes as Buffer).subarray(0, length));
          return true;
        },
      },
    });
  }

  static async to(port: number): Promise<Link> {
    const link = new Link(port);
    await once(link.socket, 'connect');
    link.socket.on('error', (error) => {
      throw new Error('a connection under measurement broke', { cause: error });
    });
    return link;
  }

  send(bytes: Uint8Array | string): void {
    this.socket.write(bytes);
  }

  /** Resolves once this many bytes have come in all. */
  async until(received: number): Promise<void> {
    if (this.received >= received) return;
    const before = this.heard;
    await new Promise<void>((resolve) => {
      this.heard = (bytes) => {
        before(bytes);
        if (this.received >= received) resolve();
      };
    });
    this.heard = before;
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}
