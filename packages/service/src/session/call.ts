import { notification, type Id, type Request } from '@sextant/protocol/envelope';
import { ProtocolError } from '@sextant/protocol/errors';
import { bodyParts, encodeLine, type Frame } from '@sextant/protocol/frame';
import type { Connection } from '@sextant/wire/connection';
import type { Caller } from './caller.ts';
import { Credit } from './credit.ts';
import { Input } from './input.ts';
import { itemLines, linesOf } from './item-lines.ts';

/** One request from its receipt to its answer, as its handler sees it. */
export class Call<Item = never> {
  readonly id: Id;
  readonly caller: Caller;
  /** The caller's name for this request, where it is to be done once however often it is sent. */
  readonly key: string | undefined;
  /** What it does ends with its connection: its outcome is no answer to a later request with the same key. */
  fleeting = false;
  /** The answer is that of an earlier request with the same key. */
  replayed = false;
  readonly #connection: Connection;
  readonly #frame: Frame;
  readonly #credit: Credit | undefined;
  readonly #takesInput: boolean;
  #abort: AbortController | undefined;
  #reason: ProtocolError | undefined;
  #input: Input | undefined;
  #answered = false;

  constructor({ id, key, credit }: Request, caller: Caller, connection: Connection, frame: Frame, takesInput: boolean) {
    this.id = id;
    this.caller = caller;
    this.key = key;
    this.#frame = frame;
    this.#connection = connection;
    this.#takesInput = takesInput;
    this.#credit = credit === undefined ? undefined : new Credit(credit);
  }

  /** The raw bytes that came with the request. */
  get body(): Uint8Array | undefined {
    return this.#frame.body;
  }

  /**
   * The same in the pieces they came in: to have them in one, a megabyte would be copied. Whoever takes them owns them and
   * may detach their memory; nobody looks at the body after that.
   */
  get bodyParts(): readonly Uint8Array[] | undefined {
    return bodyParts(this.#frame);
  }

  /** Aborts when the request is cancelled, runs out of time or loses its connection; the reason is the answer then. */
  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController();
      if (this.#reason) this.#abort.abort(this.#reason);
    }
    return this.#abort.signal;
  }

  /** Members that its answer has besides the usual ones. */
  get marks(): object | undefined {
    return this.replayed ? { replayed: true } : undefined;
  }

  /** Why the request is to end early, if it is. */
  get cancelled(): ProtocolError | undefined {
    return this.#reason;
  }

  /** What the caller sends while the request is open. */
  get input(): Input {
    this.#input ??= new Input(this.caller.limits.window, {
      grant: (bytes) => this.#grant(bytes),
      overrun: () => this.cancel(overrun(this.caller.limits.window)),
    });
    return this.#input;
  }

  /** True while more should not be sent: the caller does not keep up, or has allowed no more. */
  get congested(): boolean {
    return this.#connection.congested || this.#isOutOfCredit;
  }

  /** Resolves when the caller keeps up again, or is gone. */
  drained(): Promise<void> {
    return this.#isOutOfCredit ? this.#allowed() : this.#connection.drained();
  }

  /** Streams one item; resolves when the next may follow. */
  async send(item: Item): Promise<void> {
    if (this.#isOutOfCredit) await this.#allowed();
    if (this.#isOutOfCredit) return;
    this.sendJson(JSON.stringify(item));
    return this.#answered ? undefined : this.drained();
  }

  /** Streams an item that is JSON already. Not while congested. */
  sendJson(item: string): void {
    if (this.#answered) return;
    this.#credit?.spend(1);
    this.#connection.send(itemLines(this.id, [item]));
  }

  /** Items that may be streamed before the caller allows more. */
  get allowance(): number {
    return this.#credit?.left ?? Infinity;
  }

  /**
   * Streams items that other callers get too, as lines made with `itemLines`: `count` of them, no more than are allowed, in
   * any pieces. Not while congested.
   */
  sendLines(pieces: readonly Uint8Array[], count: number): void {
    if (this.#answered || count === 0) return;
    this.#credit?.spend(count);
    if (this.#connection.sendLines) this.#connection.sendLines(pieces, count);
    else for (const line of linesOf(pieces)) this.#connection.send(line);
  }

  /** Streams raw bytes on a channel; resolves when more may follow. */
  async write(channel: string, bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      // Whoever waits is woken together with all others of this connection: only the first finds room.
      while (this.congested && !this.#isOver) await this.drained();
      if (this.#answered || this.#isOutOfCredit) return;
      const { body, outputHighWater } = this.caller.limits;
      const part = bytes.subarray(at, at + Math.min(body, outputHighWater, this.#credit?.left ?? Infinity));
      this.#credit?.spend(part.length);
      this.#connection.send(encodeLine(notification('rpc.data', { id: this.id, channel }), part.length), part, '\n');
      at += part.length;
    }
    await this.drained();
  }

  /** Bytes that the connection has been given so far, whoever of it gave them. */
  get sentBytes(): number {
    return this.#connection.writtenBytes + this.#connection.pendingBytes;
  }

  /** Of those, bytes that the system has taken: what they were sent from may be used again. */
  get takenBytes(): number {
    return this.#connection.writtenBytes;
  }

  /** Says that nothing more comes on a channel. */
  end(channel: string): void {
    if (this.#answered) return;
    this.#connection.send(encodeLine(notification('rpc.data', { id: this.id, channel, end: true })));
  }

  /** The caller sends no more: neither input nor credit. */
  callerEnded(): void {
    if (this.#takesInput) this.input.end();
    this.#credit?.end();
  }

  /** The caller allows more items and bytes. */
  allow(more: number): void {
    this.#credit?.grant(more);
  }

  /** Asks the handler to stop; its request is still answered. */
  cancel(reason: ProtocolError): void {
    if (this.#reason) return;
    this.#reason = reason;
    this.#abort?.abort(reason);
    this.#input?.close();
    this.#credit?.release();
  }

  /** The response ends the stream: nothing is sent after it, and no more input taken. */
  answered(): void {
    this.#answered = true;
    this.#input?.close();
    this.#credit?.release();
  }

  /** Nothing more is allowed to a request that is cancelled, and nobody takes what is sent to one that is answered. */
  get #isOver(): boolean {
    return this.#answered || (this.#reason !== undefined && this.#isOutOfCredit);
  }

  get #isOutOfCredit(): boolean {
    return this.#credit !== undefined && this.#credit.left <= 0;
  }

  async #allowed(): Promise<void> {
    while (this.#isOutOfCredit && !this.#answered && !this.#reason) {
      if (this.#credit?.isOver) this.cancel(noMoreCredit());
      else await this.#credit?.more();
    }
    await this.#connection.drained();
  }

  #grant(bytes: number): void {
    if (!this.#answered) this.#connection.send(encodeLine(notification('rpc.credit', { id: this.id, n: bytes })));
  }
}

function noMoreCredit(): ProtocolError {
  return new ProtocolError(
    'limit',
    'All credit is spent, and this side of the connection has ended: none can follow.',
    {
      limit: 'credit',
      retry: 'unknown',
    },
  );
}

function overrun(window: number): ProtocolError {
  return new ProtocolError('limit', `More than ${window} bytes were sent ahead of what was granted by rpc.credit.`, {
    limit: 'window',
    max: window,
    retry: 'unknown',
  });
}
