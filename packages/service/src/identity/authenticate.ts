import { ProtocolError } from '@sextant/protocol/errors';
import type { Auth } from '@sextant/protocol/session';
import type { Remote } from '@sextant/wire/connection';
import { Challenge } from './challenge.ts';
import type { Grant, Identities } from './identities.ts';
import { Penalties } from './penalties.ts';

/** How somebody is refused. */
type Refused = 'unauthenticated' | 'insecure_transport' | 'rate_limited';

/** What an authenticator tells of what it sees. */
export interface Witness {
  authenticated(grant: Grant, remote: Remote): void;
  refused(type: Refused, remote: Remote): void;
  /** A good token came in clear over a network: whoever listened has it now. */
  exposed(grant: Grant, remote: Remote): void;
}

/** Somebody from elsewhere. */
const STRANGER: Grant = { principal: { name: 'anonymous', scopes: [] } };

/** Finds out who is at the other end of a connection. */
export class Authenticator {
  readonly #names: { readonly service: string; readonly instance: string };
  /** Whoever is on this machine. */
  readonly #neighbour: Grant;
  readonly #identities: Identities;
  readonly #witness: Witness;
  readonly #penalties = new Penalties();

  /** `anonymous`: what whoever is on this machine may do without a word. */
  constructor(
    names: { service: string; instance: string },
    anonymous: readonly string[],
    identities: Identities,
    witness: Witness,
  ) {
    this.#names = names;
    this.#neighbour = { principal: { ...STRANGER.principal, scopes: anonymous } };
    this.#identities = identities;
    this.#witness = witness;
  }

  /** Somebody who has not said who it is. */
  stranger({ local }: Remote): Grant {
    return local ? this.#neighbour : STRANGER;
  }

  /** False once the token was revoked or has expired. */
  isStillGood({ tokenId }: Grant): Promise<boolean> {
    return tokenId === undefined ? Promise.resolve(true) : this.#identities.isValid(tokenId);
  }

  /**
   * Somebody who has a token.
   * @throws ProtocolError `unauthenticated`, `insecure_transport` or `rate_limited`
   */
  async byToken(token: string, remote: Remote): Promise<Grant> {
    if (!isPrivate(remote)) {
      const exposed = await this.#identities.byToken(token);
      if (exposed) this.#witness.exposed(exposed, remote);
      throw this.#refused('insecure_transport', insecure(), remote);
    }
    return this.#admit(
      remote,
      () => this.#identities.byToken(token),
      'This token is not known here, or it has expired.',
    );
  }

  /**
   * Somebody who has the key of a challenge's signature.
   * @throws ProtocolError the same, `unauthenticated` with a new challenge where there was none.
   */
  async byKey(
    { key, signature }: Extract<Auth, { type: 'ed25519' }>,
    remote: Remote,
    challenge: Challenge | undefined,
    ask: (challenge: Challenge) => void,
  ): Promise<Grant> {
    if (!isPrivate(remote)) throw this.#refused('insecure_transport', insecure(), remote);
    if (signature === undefined) {
      const asked = new Challenge();
      ask(asked);
      throw new ProtocolError('unauthenticated', 'Sign this challenge with the key.', {
        challenge: asked.text,
        ...this.#names,
      });
    }
    const { service, instance } = this.#names;
    const look = async (): Promise<Grant | undefined> => {
      if (!challenge?.isSigned(key, signature, service, instance)) return undefined;
      return (await this.#identities.byKey(key)) ?? this.#known(key, remote);
    };
    return this.#admit(remote, look, 'This key is not known here, or the signature is not of its challenge.');
  }

  /** A key that nobody admitted, of somebody on this machine: no more than anybody here, but known again. */
  #known(key: string, remote: Remote): Grant | undefined {
    const { scopes } = this.stranger(remote).principal;
    return scopes.length === 0 ? undefined : { principal: { name: `key:${key.slice(0, 16)}`, scopes } };
  }

  async #admit(remote: Remote, look: () => Promise<Grant | undefined>, otherwise: string): Promise<Grant> {
    const grant = await this.#penalties.judge(remote, look).catch((error: unknown) => {
      throw error instanceof ProtocolError ? this.#refused('rate_limited', error, remote) : error;
    });
    if (!grant) throw this.#refused('unauthenticated', new ProtocolError('unauthenticated', otherwise), remote);
    this.#witness.authenticated(grant, remote);
    return grant;
  }

  #refused(how: Refused, error: ProtocolError, remote: Remote): ProtocolError {
    this.#witness.refused(how, remote);
    return error;
  }
}

/** Nobody between the two can read along. */
function isPrivate({ local, encrypted }: Remote): boolean {
  return local || encrypted;
}

function insecure(): ProtocolError {
  return new ProtocolError(
    'insecure_transport',
    'Credentials in clear are not taken over a network, and whoever listened has them now: revoke that token, and use TLS.',
  );
}
