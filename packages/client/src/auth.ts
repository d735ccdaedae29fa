import { ProtocolError } from '@sextant/protocol/errors';
import { signedText, type Auth } from '@sextant/protocol/session';
import type { Connection } from '@sextant/wire/connection';

/** What proves who somebody is, known to that one alone. */
export interface Identity {
  readonly type: 'ed25519';
  /** The 32 raw bytes of the public key, in base64url. */
  readonly key: string;
  /** The signature of a text, in base64url. */
  sign(text: string): Promise<string>;
}

/** How a client says who it is. */
export type Credentials = { readonly type: 'token'; readonly token: string } | Identity;

/**
 * What the first hello says of its caller.
 * @throws ProtocolError `insecure_transport` rather than show it to whoever reads along, or lend it to whoever changes
 * what is said.
 */
export function introduce(
  credentials: Credentials | undefined,
  { remote }: Pick<Connection, 'remote'>,
): Auth | undefined {
  if (credentials && !remote.local && !remote.encrypted) {
    throw new ProtocolError(
      'insecure_transport',
      'Nothing was sent that says who asks: this connection is not encrypted, so others could take it over. Use TLS.',
    );
  }
  return credentials?.type === 'ed25519' ? { type: 'ed25519', key: credentials.key } : credentials;
}

/**
 * What the second hello says, where the first was answered with a challenge; undefined where it was not.
 * @throws ProtocolError `unauthenticated` if the challenge is for another service: who asks for that passes it on.
 */
export async function prove(identity: Identity, service: string, refusal: ProtocolError): Promise<Auth | undefined> {
  const { challenge, service: asked, instance } = refusal.data;
  if (typeof challenge !== 'string' || typeof instance !== 'string') return undefined;
  if (asked !== service) {
    throw new ProtocolError('unauthenticated', `Nothing was signed: what answers here is not ${service}.`);
  }
  const signature = await identity.sign(signedText(service, instance, challenge));
  return { type: 'ed25519', key: identity.key, signature };
}
