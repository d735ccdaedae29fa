import { notification } from '@sextant/protocol/envelope';
import { encodeLine } from '@sextant/protocol/frame';
import type { InputOf, ItemOf, Method, ResultOf } from '@sextant/protocol/method';
import { Credit } from './credit.ts';
import type { Exchange } from './exchange.ts';
import type { Part, Pending } from './pending.ts';

/** One part of what a service streams: an item, bytes on a channel, or a channel's end. */
export interface StreamPart<M extends Method> {
  item?: ItemOf<M>;
  channel?: string;
  body?: Uint8Array;
  end?: boolean;
}

/**
 * A request that is not answered yet: parts in both directions. Iterate it to its end, then await `result`; a failure
 * shows in `result`, the iteration just ends.
 */
export class Stream<M extends Method> implements AsyncIterable<StreamPart<M>> {
  readonly result: Promise<ResultOf<M>>;
  readonly #pending: Pending<M>;
  readonly #exchange: Exchange;
  readonly #credit: Credit;
  #parts: StreamPart<M>[] = [];
  #paused = false;
  #over = false;
  #reading = false;
  #abandoned = false;
  #aheadBytes = 0;
  #wakeReader: (() => void) | undefined;
  #wakeWriters: (() => void)[] = [];

  /** `credit`: what the request was sent with. */
  constructor(pending: Pending<M>, exchange: Exchange, credit: number) {
    this.#pending = pending;
    this.#exchange = exchange;
    this.#credit = new Credit(credit, (n) => this.#grant(n));
    this.result = pending.result;
    // Whoever only iterates must not be ended by a rejection that nobody awaits yet.
    this.result.catch(() => {});
    pending.listen({
      part: (part) => this.#receive(part),
      credit: (bytes) => this.#granted(bytes),
      over: () => this.#end(),
    });
  }

  /**
   * Sends bytes on a channel, waiting for the service to take them.
   * @returns false if the request was answered meanwhile: the rest has no reader.
   */
  async write(channel: string, bytes: Uint8Array): Promise<boolean> {
    const { body, window } = this.#exchange.limits;
    const step = Math.min(body, window / 4);
    for (let at = 0; at < bytes.length; at += step) {
      const part = bytes.subarray(at, at + step);
      while (!this.#over && this.#aheadBytes + part.length > window) await this.#credited();
      if (this.#over) return false;
      this.#aheadBytes += part.length;
      this.#exchange.send(
        encodeLine(notification('rpc.data', { id: this.#pending.id, channel }), part.length),
        part,
        '\n',
      );
      await this.#exchange.drained();
    }
    return !this.#over;
  }

  /** Sends an item. */
  send(item: InputOf<M>): void {
    this.#notify({ item });
  }

  /** Says that nothing more comes on a channel. */
  end(channel: string): void {
    this.#notify({ channel, end: true });
  }

  /** Asks for an early end; `result` tells how it ended. What comes until then is for whoever iterates, if anybody does. */
  cancel(): void {
    if (this.#over) return;
    if (!this.#reading) this.#abandon();
    this.#pending.cancel();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<StreamPart<M>> {
    this.#reading = true;
    try {
      while (this.#parts.length > 0 || !this.#over) {
        const part = this.#parts.shift();
        if (part) {
          this.#taken(part);
          yield part;
        } else {
          await new Promise<void>((resolve) => {
            this.#wakeReader = resolve;
          });
        }
      }
    } finally {
      this.#abandon();
    }
  }

  /** Nobody reads on: what comes is dropped, so that the request can come to its end. */
  #abandon(): void {
    this.#abandoned = true;
    for (const part of this.#parts.splice(0)) this.#taken(part);
  }

  #notify(part: object): void {
    if (!this.#over) this.#exchange.send(encodeLine(notification('rpc.data', { id: this.#pending.id, ...part })));
  }

  #receive({ channel, item, body, end }: Part): void {
    const part = {
      ...(item !== undefined && { item: item as ItemOf<M> }),
      ...(channel !== undefined && { channel }),
      ...(body && { body }),
      ...(end && { end }),
    };
    this.#credit.came(part);
    if (this.#abandoned) return this.#taken(part);
    this.#parts.push(part);
    // Of a service that knows no credit, all of the connection has to wait.
    if (this.#credit.overdrawn && !this.#paused) this.#pause(true);
    this.#wakeReader?.();
  }

  #taken(part: StreamPart<M>): void {
    this.#credit.taken(part);
    if (this.#paused && !this.#credit.overdrawn) this.#pause(false);
  }

  #pause(paused: boolean): void {
    this.#paused = paused;
    if (paused) this.#exchange.pause();
    else this.#exchange.resume();
  }

  #grant(n: number): void {
    if (!this.#over) this.#exchange.notify('rpc.credit', { id: this.#pending.id, n });
  }

  #granted(bytes: number): void {
    this.#aheadBytes -= bytes;
    this.#wakeAllWriters();
  }

  #credited(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakeWriters.push(resolve);
    });
  }

  #end(): void {
    this.#over = true;
    this.#wakeReader?.();
    this.#wakeAllWriters();
  }

  #wakeAllWriters(): void {
    for (const wake of this.#wakeWriters.splice(0)) wake();
  }
}
