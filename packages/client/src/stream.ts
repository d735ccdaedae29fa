import { notification } from '@sextant/protocol/envelope';
import { encodeLine } from '@sextant/protocol/frame';
import { LIMITS, type Limits } from '@sextant/protocol/limits';
import type { ItemOf, Method, ResultOf } from '@sextant/protocol/method';
import type { Connection } from '@sextant/wire/connection';
import type { Part, Pending } from './pending.ts';

/** One part of what a service streams: an item, bytes on a channel, or a channel's end. */
export interface StreamPart<M extends Method> {
  item?: ItemOf<M>;
  channel?: string;
  body?: Uint8Array;
  end?: boolean;
}

/** Bytes that may wait for the reader of a stream before its connection stops reading. */
const WAITING_BYTES = 256 * 1024;
/** What a part costs besides its bytes, so that many small items count too. */
const PART_BYTES = 1024;

/**
 * A request that is not answered yet: parts in both directions. Iterate it to its end, then await `result`; a failure
 * shows in `result`, the iteration just ends.
 */
export class Stream<M extends Method> implements AsyncIterable<StreamPart<M>> {
  readonly result: Promise<ResultOf<M>>;
  readonly #pending: Pending<M>;
  readonly #connection: Connection;
  readonly #limits: Pick<Limits, 'window' | 'body'>;
  #parts: StreamPart<M>[] = [];
  #waitingBytes = 0;
  #paused = false;
  #over = false;
  #reading = false;
  #abandoned = false;
  #aheadBytes = 0;
  #wakeReader: (() => void) | undefined;
  #wakeWriters: (() => void)[] = [];

  constructor(pending: Pending<M>, connection: Connection, limits: Partial<Limits>) {
    this.#pending = pending;
    this.#connection = connection;
    this.#limits = { window: limits.window ?? LIMITS.window, body: limits.body ?? LIMITS.body };
    this.result = pending.result;
    // Whoever only iterates must not be ended by a rejection that nobody awaits yet.
    this.result.catch(() => {});
    pending.listen({
      part: (part) => this.#receive(part),
      credit: (bytes) => this.#credit(bytes),
      over: () => this.#end(),
    });
  }

  /**
   * Sends bytes on a channel, waiting for the service to take them.
   * @returns false if the request was answered meanwhile: the rest has no reader.
   */
  async write(channel: string, bytes: Uint8Array): Promise<boolean> {
    const step = Math.min(this.#limits.body, this.#limits.window / 4);
    for (let at = 0; at < bytes.length; at += step) {
      const part = bytes.subarray(at, at + step);
      while (!this.#over && this.#aheadBytes + part.length > this.#limits.window) await this.#credited();
      if (this.#over) return false;
      this.#aheadBytes += part.length;
      this.#connection.send(
        encodeLine(notification('rpc.data', { id: this.#pending.id, channel }), part.length),
        part,
        '\n',
      );
      await this.#connection.drained();
    }
    return !this.#over;
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

  /** Nobody reads on: what comes is dropped, so that it does not hold up the connection's other requests. */
  #abandon(): void {
    this.#abandoned = true;
    this.#parts = [];
    this.#waitingBytes = 0;
    if (this.#paused) this.#pause(false);
  }

  #notify(part: object): void {
    if (!this.#over) this.#connection.send(encodeLine(notification('rpc.data', { id: this.#pending.id, ...part })));
  }

  #receive({ channel, item, body, end }: Part): void {
    if (this.#abandoned) return;
    const part = {
      ...(item !== undefined && { item: item as ItemOf<M> }),
      ...(channel !== undefined && { channel }),
      ...(body && { body }),
      ...(end && { end }),
    };
    this.#parts.push(part);
    this.#waitingBytes += weightOf(part);
    if (this.#waitingBytes > WAITING_BYTES && !this.#paused) this.#pause(true);
    this.#wakeReader?.();
  }

  #taken(part: StreamPart<M>): void {
    this.#waitingBytes -= weightOf(part);
    if (this.#waitingBytes <= WAITING_BYTES / 2 && this.#paused) this.#pause(false);
  }

  #pause(paused: boolean): void {
    this.#paused = paused;
    if (paused) this.#connection.pause();
    else this.#connection.resume();
  }

  #credit(bytes: number): void {
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

function weightOf(part: { body?: Uint8Array }): number {
  return (part.body?.length ?? 0) + PART_BYTES;
}
