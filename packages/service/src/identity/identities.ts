import type { Principal } from '../session/caller.ts';
import { openLocalToken } from './local-token.ts';
import type { TokenEntry } from './token-entry.ts';
import { hashOf, sameHash } from './token-text.ts';
import { Tokens } from './tokens.ts';

/** Somebody whose proof was good, and the token or key it was; the local token lasts as long as the service. */
export interface Grant {
  readonly principal: Principal;
  readonly tokenId?: string;
}

/** Whoever may read the home may do everything. */
const LOCAL: Principal = { name: 'local', scopes: ['*'] };

/** Who is who, by the tokens and keys of one home. */
export class Identities {
  readonly #tokens: Tokens;
  readonly #localHash: string;

  constructor(tokens: Tokens, localToken: string) {
    this.#tokens = tokens;
    this.#localHash = hashOf(localToken);
  }

  async byToken(token: string): Promise<Grant | undefined> {
    if (sameHash(hashOf(token), this.#localHash)) return { principal: LOCAL };
    return grantOf(await this.#tokens.find(token));
  }

  async byKey(key: string): Promise<Grant | undefined> {
    return grantOf(await this.#tokens.findKey(key));
  }

  /** False once a token has expired or was revoked. */
  isValid(tokenId: string): Promise<boolean> {
    return this.#tokens.isValid(tokenId);
  }
}

/** The identities of a home; makes its local token if it has none yet. */
export async function openIdentities(home: string): Promise<Identities> {
  return new Identities(new Tokens(home), await openLocalToken(home));
}

function grantOf(entry: TokenEntry | undefined): Grant | undefined {
  return entry && { principal: { name: entry.name, scopes: entry.scopes }, tokenId: entry.id };
}
