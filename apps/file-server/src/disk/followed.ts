import { readSync, writevSync } from 'node:fs';
import { digester } from '../digest.ts';
import { NOT_HERE } from './messages.ts';

/** Bytes hashed before others have their turn. */
const TURN_BYTES = 2 * 1024 * 1024;

/** A file that is hashed as it is sent or written, never ahead of that. */
export class Followed {
  readonly #fd: number;
  readonly #hash: ReturnType<typeof digester>;
  #at = 0;
  #end: number;
  #reached = 0;
  #isLast = false;
  #digest: string | undefined;

  constructor(fd: number, like: string | undefined, end: number) {
    this.#fd = fd;
    this.#end = end;
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
   * Writes all of it; returns where the file ends then.
   * @throws the system's error, or one with the code `NOT_HERE`
   */
  write(offset: number, parts: readonly Uint8Array[]): number {
    if (offset !== this.#end) throw notHere();
    let end = offset;
    for (let left = parts; left.length > 0;) {
      const bytes = writevSync(this.#fd, left, end);
      end += bytes;
      left = behind(left, bytes);
    }
    this.#end = end;
    return end;
  }

  /** What was written last, from memory where all before it is hashed already; gives the memory back. */
  hashWritten(offset: number, parts: readonly Uint8Array[]): void {
    for (const part of parts) {
      if (this.#at >= offset) {
        this.#hash.update(Buffer.from(part.buffer, part.byteOffset, part.length));
        this.#at += part.length;
      }
      (part.buffer as ArrayBuffer).transfer(0);
    }
    this.#reached = this.#end;
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

/** What was to be written before has failed, or is not known any more. */
export function notHere(): Error {
  return Object.assign(new Error('it is not written so far'), { code: NOT_HERE });
}

/** What follows so many bytes. */
function behind(parts: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let at = 0;
  return parts.flatMap((part) => {
    const begin = Math.min(part.length, Math.max(0, bytes - at));
    at += part.length;
    return begin === part.length ? [] : [part.subarray(begin)];
  });
}
