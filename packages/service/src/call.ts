import { notification, type Id } from '@sextant/protocol/envelope';
import { ProtocolError } from '@sextant/protocol/errors';
import { encodeLine } from '@sextant/protocol/frame';
import type { Connection } from '@sextant/wire/connection';
import { Input } from './input.ts';
import type { Session } from './session.ts';

/** One request from its receipt to its answer, as its handler sees it. */
export class Call<Item = never> {
  readonly id: Id;
  readonly session: Session;
  /** The raw bytes that came with the request. */
  readonly body: Uint8Array | undefined;
  readonly #connection: Connection;
  #abort: AbortController | undefined;
  #reason: ProtocolError | undefined;
  #input: Input | undefined;
  #answered = false;

  constructor(id: Id, session: Session, connection: Connection, body: Uint8Array | undefined) {
    this.id = id;
    this.session = session;
    this.body = body;
    this.#connection = connection;
  }

  /** Aborts when the request is cancelled, runs out of time or loses its connection; the reason is the answer then. */
  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController();
      if (this.#reason) this.#abort.abort(this.#reason);
    }
    return this.#abort.signal;
  }

  /** Why the request is to end early, if it is. */
  get cancelled(): ProtocolError | undefined {
    return this.#reason;
  }

  /** What the caller sends while the request is open. */
  get input(): Input {
    this.#input ??= new Input(this.session.limits.window, {
      grant: (bytes) => this.#grant(bytes),
      overrun: () => this.cancel(overrun(this.session.limits.window)),
    });
    return this.#input;
  }

  /** True while more should not be sent: the caller does not keep up. */
  get congested(): boolean {
    return this.#connection.congested;
  }

  /** Resolves when the caller keeps up again, or is gone. */
  drained(): Promise<void> {
    return this.#connection.drained();
  }

  /** Streams one item; resolves when the next may follow. */
  send(item: Item): Promise<void> {
    return this.sendJson(JSON.stringify(item));
  }

  /** Streams an item that is JSON already: one that many callers get is serialised once. */
  sendJson(item: string): Promise<void> {
    if (this.#answered) return Promise.resolve();
    this.#connection.send(
      `{"jsonrpc":"2.0","method":"rpc.data","params":{"id":${JSON.stringify(this.id)},"item":${item}}}\n`,
    );
    return this.drained();
  }

  /** Streams raw bytes on a channel; resolves when more may follow. */
  async write(channel: string, bytes: Uint8Array): Promise<void> {
    const { body } = this.session.limits;
    for (let at = 0; at < bytes.length; at += body) {
      // Whoever waits is woken together with all others of this connection: only the first finds room.
      while (this.congested && !this.#answered) await this.drained();
      if (this.#answered) return;
      const part = bytes.subarray(at, at + body);
      this.#connection.send(encodeLine(notification('rpc.data', { id: this.id, channel }), part.length), part, '\n');
    }
    await this.drained();
  }

  /** Says that nothing more comes on a channel. */
  end(channel: string): void {
    if (this.#answered) return;
    this.#connection.send(encodeLine(notification('rpc.data', { id: this.id, channel, end: true })));
  }

  /** Asks the handler to stop; its request is still answered. */
  cancel(reason: ProtocolError): void {
    if (this.#reason) return;
    this.#reason = reason;
    this.#abort?.abort(reason);
    this.#input?.close();
  }

  /** The response ends the stream: nothing is sent after it, and no more input taken. */
  answered(): void {
    this.#answered = true;
    this.#input?.close();
  }

  #grant(bytes: number): void {
    if (!this.#answered) this.#connection.send(encodeLine(notification('rpc.credit', { id: this.id, n: bytes })));
  }
}

function overrun(window: number): ProtocolError {
  return new ProtocolError('limit', `More than ${window} bytes were sent ahead of what was granted by rpc.credit.`, {
    limit: 'window',
    max: window,
    retry: 'unknown',
  });
}
