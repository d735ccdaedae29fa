import type { Blake3Hasher } from '@napi-rs/blake-hash';

/** Takes in bytes as they come and names their digest in the end, `blake3:hex`. */
export interface Digest {
  update(bytes: Uint8Array): void;
  digest(): string;
}

/** Loaded with the first: a service that keeps nothing is to be small. */
export async function startDigest(): Promise<Digest> {
  const { Blake3Hasher: Hasher } = await import('@napi-rs/blake-hash');
  const hash: Blake3Hasher = new Hasher();
  return {
    update: ({ buffer, byteOffset, byteLength }) => void hash.update(Buffer.from(buffer, byteOffset, byteLength)),
    digest: () => `blake3:${hash.digest('hex')}`,
  };
}
