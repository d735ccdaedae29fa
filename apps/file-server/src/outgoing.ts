import { read } from 'node:fs';
import type { Call } from '@sextant/service/session/call';
import type { Buffers } from './buffers.ts';

/** A piece of a file, in a buffer that is used again. */
interface Piece {
  readonly buffer: Buffer;
  readonly bytes: number;
}

/** Streams a part of an open file; the next piece is read while one is sent. */
export class Outgoing {
  readonly #fd: number;
  readonly #end: number;
  readonly #buffers: Buffers;
  /** Buffers that are sent, and what of the connection's output the system must have taken before they are free. */
  #sent: { buffer: Buffer; mark: number }[] = [];
  #at: number;

  constructor(fd: number, { offset, end }: { offset: number; end: number }, buffers: Buffers) {
    this.#fd = fd;
    this.#at = offset;
    this.#end = end;
    this.#buffers = buffers;
  }

  /** Resolves with where it came to, and tells so on the way; less than the end where the file was cut meanwhile. */
  async send(call: Call<never>, reached: (at: number) => void): Promise<number> {
    let ahead: Promise<Piece | undefined> | undefined;
    try {
      for (;;) {
        const piece = await (ahead ?? this.#read(call));
        ahead = undefined;
        if (!piece) return this.#at;
        this.#at += piece.bytes;
        reached(this.#at);
        if (!this.#buffers.isScarce) {
          ahead = this.#read(call);
          // It is awaited next, or not at all.
          ahead.catch(() => {});
        }
        await this.#write(call, piece);
      }
    } finally {
      // Whoever closes the descriptor must not do so below a read.
      const unsent = await ahead?.catch(() => undefined);
      if (unsent) this.#buffers.give(unsent.buffer);
      this.#reclaim(call);
      this.#buffers.drop(this.#sent.length);
    }
  }

  async #write(call: Call<never>, { buffer, bytes }: Piece): Promise<void> {
    try {
      call.signal.throwIfAborted();
      await call.write('content', buffer.subarray(0, bytes));
    } finally {
      this.#sent.push({ buffer, mark: call.sentBytes });
    }
  }

  #read(call: Call<never>): Promise<Piece | undefined> {
    this.#reclaim(call);
    const buffer = this.#buffers.take();
    return new Promise((resolve, reject) => {
      read(this.#fd, buffer, 0, Math.min(buffer.length, this.#end - this.#at), this.#at, (error, bytes) => {
        if (!error && bytes > 0) return resolve({ buffer, bytes });
        this.#buffers.give(buffer);
        if (error) reject(error);
        else resolve(undefined);
      });
    });
  }

  #reclaim(call: Call<never>): void {
    while (this.#sent[0] && this.#sent[0].mark <= call.takenBytes) {
      const { buffer } = this.#sent[0];
      this.#sent.shift();
      this.#buffers.give(buffer);
    }
  }
}
