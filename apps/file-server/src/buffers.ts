const KIB = 1024;

/** Fewer, larger reads are what makes a file server fast. */
const BUFFER_BYTES = 512 * KIB;

/** Where many read at a time, each gets by with less. */
const SMALLER_BYTES = 256 * KIB;

/** Buffers that wait to be used again. */
const KEPT = 8;

/** Buffers in use from which on nobody reads ahead: readers that stand still hold one smaller piece each, and no more. */
const MANY = 32;

/** What files are read into, used again as soon as the system has taken it: new memory costs more than reading. */
export class Buffers {
  readonly #free: Buffer[] = [];
  #used = 0;

  get isScarce(): boolean {
    return this.#used >= MANY;
  }

  take(): Buffer {
    const buffer = this.isScarce
      ? Buffer.allocUnsafeSlow(SMALLER_BYTES)
      : (this.#free.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES));
    this.#used += 1;
    return buffer;
  }

  give(buffer: Buffer): void {
    this.#used -= 1;
    if (buffer.length === BUFFER_BYTES && this.#free.length < KEPT) this.#free.push(buffer);
  }

  /** What somebody else still looks at is not used again. */
  drop(count: number): void {
    this.#used -= count;
  }
}
