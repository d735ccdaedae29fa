import { read } from 'node:fs';
import { promisify } from 'node:util';
import type { Call } from '@sextant/service/session/call';
import type { Buffers } from './buffers.ts';
import type { Turns } from './turns.ts';

const readInto = promisify(read);

/** A piece of a file, in a buffer that is used again. */
interface Piece {
  readonly buffer: Buffer;
  readonly bytes: number;
}

/**
 * Streams a part of an open file; the next piece is read while one is sent. Nothing is read that its reader cannot take: not
 * without credit, not while the connection has enough to send, and for one stream of a connection at a time.
 */
export class Outgoing {
  readonly #fd: number;
  readonly #end: number;
  readonly #buffers: Buffers;
  #at: number;

  constructor(fd: number, { offset, end }: { offset: number; end: number }, buffers: Buffers) {
    this.#fd = fd;
    this.#at = offset;
    this.#end = end;
    this.#buffers = buffers;
  }

  /** Resolves with where it came to, and tells so on the way; less than the end where the file was cut meanwhile. */
  async send(call: Call<never>, reached: (at: number) => void): Promise<number> {
    const turns = this.#buffers.turnsOf(call.caller);
    for (let isMore = this.#at < this.#end; isMore;) {
      // Before its turn: the others of its connection are not to wait for its credit.
      if (call.allowance <= 0) await call.drained();
      await turns.take(call.signal);
      try {
        await call.drained();
        call.signal.throwIfAborted();
        isMore = call.allowance > 0 && (await this.#sendOn(call, turns, reached));
      } finally {
        turns.give();
      }
    }
    return this.#at;
  }

  /** Sends for as long as it may read ahead; false when there is no more. */
  async #sendOn(call: Call<never>, turns: Turns, reached: (at: number) => void): Promise<boolean> {
    let next: Promise<Piece | undefined> | undefined = this.#read(call, call.allowance);
    try {
      while (next) {
        const piece: Piece | undefined = await next;
        next = undefined;
        if (!piece) return false;
        this.#at += piece.bytes;
        reached(this.#at);
        if (!turns.isWanted && !this.#buffers.isScarce && call.allowance > piece.bytes) {
          next = this.#read(call, call.allowance - piece.bytes);
          // It is awaited next, or not at all.
          next.catch(() => {});
        }
        await this.#write(call, piece);
      }
      return this.#at < this.#end;
    } finally {
      // Whoever closes the descriptor must not do so below a read.
      const unsent = await next?.catch(() => undefined);
      if (unsent) this.#buffers.give(unsent.buffer);
    }
  }

  async #write(call: Call<never>, { buffer, bytes }: Piece): Promise<void> {
    try {
      call.signal.throwIfAborted();
      await call.write('content', buffer.subarray(0, bytes));
    } finally {
      this.#buffers.sent(buffer, call);
    }
  }

  /** No more than is allowed; undefined where there is nothing more. */
  async #read(call: Call<never>, allowed: number): Promise<Piece | undefined> {
    const left = this.#end - this.#at;
    if (left <= 0) return undefined;
    const buffer = await this.#buffers.take(call, Math.min(left, allowed));
    let bytes = 0;
    try {
      ({ bytesRead: bytes } = await readInto(this.#fd, buffer, 0, buffer.length, this.#at));
    } finally {
      if (bytes === 0) this.#buffers.give(buffer);
    }
    return bytes === 0 ? undefined : { buffer, bytes };
  }
}
