import { Blake3Hasher } from '@napi-rs/blake-hash';

/** Takes content piece by piece; the digest in the end is `blake3:hex`, as the file-server's own. */
export class Digester {
  readonly #hash = new Blake3Hasher();

  update(bytes: Uint8Array): void {
    this.#hash.update(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  }

  digest(): string {
    return `blake3:${this.#hash.digest('hex')}`;
  }
}
