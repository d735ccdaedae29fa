/** Memory that several may look at, given back when the last one lets go of it. */
export interface Held {
  hold(): void;
  release(): void;
}

/** Gives back the memory of bytes at once, where they have it for themselves. Nobody may look at them any more. */
export function giveBack({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

/** Bytes that were read from a disk. Whoever made it holds it. */
export class Block implements Held {
  readonly bytes: Buffer;
  #holders = 1;

  constructor(length: number) {
    this.bytes = Buffer.allocUnsafeSlow(length);
  }

  hold(): void {
    this.#holders += 1;
  }

  release(): void {
    this.#holders -= 1;
    if (this.#holders === 0) giveBack(this.bytes);
  }
}
