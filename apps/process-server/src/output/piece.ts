import { giveBack, type Held } from './block.ts';

/** One of the outputs of a program. */
export type Channel = 'stdout' | 'stderr';

/** Bytes from which on memory is worth being given back at once. */
const LARGE = 4096;

/** Bytes to which small pieces grow together. */
const BLOCK = 64 * 1024;

/** Bytes to which the first of them grow. */
const SMALL = 512;

/** Bytes of memory that a piece takes besides its own, with all that is made of it. */
const OVERHEAD = 512;

/**
 * Bytes that a program has printed in one go, on one channel. Their memory is given back as soon as nobody holds them any
 * more: to find a gigabyte of it to be garbage takes half as long as all the rest.
 */
export class Piece implements Held {
  readonly channel: Channel;
  /** Its place in the output. */
  readonly at: number;
  #bytes: Uint8Array;
  #holders = 1;
  /** It has grown, and others may look at memory that it had before. */
  #isShared = false;

  constructor(channel: Channel, at: number, bytes: Uint8Array) {
    this.channel = channel;
    this.at = at;
    this.#bytes = bytes;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** The place after it. */
  get end(): number {
    return this.at + this.#bytes.length;
  }

  /** Bytes of memory. */
  get cost(): number {
    return this.#bytes.length + OVERHEAD;
  }

  /** Takes in what comes next on its channel, where both are small: a program may print byte by byte. */
  grow(bytes: Uint8Array): boolean {
    const { length } = this.#bytes;
    if (bytes.length >= LARGE || length + bytes.length > BLOCK) return false;
    const { buffer, byteOffset } = this.#bytes;
    const isRoom = this.#isShared && byteOffset + length + bytes.length <= buffer.byteLength;
    const wanted = Math.min(BLOCK, Math.max(SMALL, 2 * (length + bytes.length)));
    const block = isRoom ? new Uint8Array(buffer, byteOffset) : new Uint8Array(wanted);
    if (!isRoom) block.set(this.#bytes);
    block.set(bytes, length);
    this.#isShared = true;
    this.#bytes = block.subarray(0, length + bytes.length);
    return true;
  }

  hold(): void {
    this.#holders += 1;
  }

  release(): void {
    this.#holders -= 1;
    if (this.#holders > 0 || this.#isShared || this.#bytes.length < LARGE) return;
    giveBack(this.#bytes);
  }
}
