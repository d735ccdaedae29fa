import { readSync } from 'node:fs';
import { digester } from '../digest.ts';

/** Bytes hashed before others have their turn. */
const TURN_BYTES = 2 * 1024 * 1024;

/** A file that is hashed as it is sent or written, never ahead of that. */
export class Followed {
  readonly #fd: number;
  readonly #hash: ReturnType<typeof digester>;
  #at = 0;
  #reached = 0;
  #isLast = false;
  #digest: string | undefined;

  constructor(fd: number, like: string | undefined) {
    this.#fd = fd;
    this.#hash = digester(like);
  }

  /** Of all of it, once it is there. */
  get digest(): string | undefined {
    return this.#digest;
  }

  /** True while there is something to be hashed. */
  get isBehind(): boolean {
    return this.#at < this.#reached || (this.#isLast && this.#digest === undefined);
  }

  reach(bytes: number): void {
    this.#reached = bytes;
  }

  finish(bytes: number): void {
    this.#reached = bytes;
    this.#isLast = true;
  }

  /**
   * Through a buffer that is anybody's between two calls.
   * @throws the system's error
   */
  hashNext(buffer: Buffer): void {
    const end = Math.min(this.#reached, this.#at + TURN_BYTES);
    while (this.#at < end) {
      const bytesRead = readSync(this.#fd, buffer, 0, Math.min(buffer.length, end - this.#at), this.#at);
      // It was cut meanwhile: the digest is that of what there is.
      if (bytesRead === 0) this.#reached = this.#at;
      if (bytesRead === 0) break;
      this.#hash.update(buffer.subarray(0, bytesRead));
      this.#at += bytesRead;
    }
    if (this.#isLast && this.#at >= this.#reached) this.#digest = this.#hash.digest();
  }
}
