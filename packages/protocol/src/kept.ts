/** Parts smaller than this are put together as they come: each piece of memory costs a hundred bytes besides its own. */
const SMALL_BYTES = 4096;

/** The beginning of a line or body whose end has not come yet, in the pieces it came in. */
export class Kept {
  #parts: Uint8Array[] | undefined;
  /** What small parts are copied into, and how much of it is used; its used beginning is the last of the parts. */
  #slab: Uint8Array | undefined;
  #slabBytes = 0;
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  add(part: Uint8Array): void {
    this.#bytes += part.length;
    if (part.length >= SMALL_BYTES) this.#push(part);
    else if (part.length > 0) this.#addSmall(part);
  }

  /** All of it and what follows, in one piece; nothing is kept then. Copies only where it came in several. */
  takeWith(last: Uint8Array): Uint8Array {
    const parts = this.takePartsWith(last);
    return parts.length === 1 ? last : concat(parts);
  }

  /** The same in the pieces it came in. */
  takePartsWith(last: Uint8Array): readonly Uint8Array[] {
    const parts = this.#parts;
    this.#parts = undefined;
    this.#slab = undefined;
    this.#bytes = 0;
    return parts ? [...parts, last] : [last];
  }

  #push(part: Uint8Array): void {
    this.#slab = undefined;
    (this.#parts ??= []).push(part);
  }

  #addSmall(part: Uint8Array): void {
    if (!this.#slab || this.#slabBytes + part.length > SMALL_BYTES) {
      this.#push(NOTHING);
      this.#slab = new Uint8Array(SMALL_BYTES);
      this.#slabBytes = 0;
    }
    this.#slab.set(part, this.#slabBytes);
    this.#slabBytes += part.length;
    this.#parts?.splice(-1, 1, this.#slab.subarray(0, this.#slabBytes));
  }
}

const NOTHING = new Uint8Array();

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((bytes, part) => bytes + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
