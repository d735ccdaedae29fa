import { createHash } from 'node:crypto';
import { Blake3Hasher } from '@napi-rs/blake-hash';

/** Takes content piece by piece and names its digest in the end, `algorithm:hex`. */
export interface Digester {
  update(bytes: Buffer): void;
  digest(): string;
}

/** A digester of the algorithm a given digest begins with; BLAKE3 where none is given. */
export function digester(like = 'blake3:'): Digester {
  if (like.startsWith('sha256:')) {
    const hash = createHash('sha256');
    return { update: (bytes) => void hash.update(bytes), digest: () => `sha256:${hash.digest('hex')}` };
  }
  const hash = new Blake3Hasher();
  return { update: (bytes) => void hash.update(bytes), digest: () => `blake3:${hash.digest('hex')}` };
}
