import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { signedText } from '@sextant/protocol/session';

/** Milliseconds a challenge may be signed in. */
const LIFE_MS = 30_000;

/** What a caller with a key has to sign: once, on its connection, within half a minute. */
export class Challenge {
  readonly text = randomBytes(32).toString('base64url');
  readonly #madeAt = performance.now();

  /** True if the owner of the key has signed this challenge of this start of the service. */
  isSigned(key: string, signature: string, service: string, instance: string): boolean {
    if (performance.now() - this.#madeAt > LIFE_MS) return false;
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key }, format: 'jwk' });
    const text = Buffer.from(signedText(service, instance, this.text));
    return verify(null, text, publicKey, Buffer.from(signature, 'base64url'));
  }
}
