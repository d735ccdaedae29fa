/** Fewer, larger reads are what makes a file server fast. */
export const BUFFER_BYTES = 256 * 1024;

/** Buffers that wait to be used again. */
const KEPT = 16;

/** Buffers in use from which on nobody reads ahead: readers that stand still hold one piece each, and no more. */
const MANY = 64;

/** What files are read into, used again as soon as the system has taken it: new memory costs more than reading. */
export class Buffers {
  readonly #free: Buffer[] = [];
  #used = 0;

  get isScarce(): boolean {
    return this.#used >= MANY;
  }

  take(): Buffer {
    this.#used += 1;
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES);
  }

  give(buffer: Buffer): void {
    this.#used -= 1;
    if (this.#free.length < KEPT) this.#free.push(buffer);
  }

  /** What somebody else still looks at is not used again. */
  drop(count: number): void {
    this.#used -= count;
  }
}
