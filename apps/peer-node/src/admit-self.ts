import { basename } from 'node:path';
import { isErrorType } from '@sextant/protocol/errors';
import { Tokens } from '@sextant/service/identity/tokens';

/** What a peer asks of its registry and of the others. */
const SCOPES = ['registry:*', 'peer:*'];

/**
 * Admits a peer's key in its own home, if it is not yet: the registry and the peers that share the home, as the containers
 * of a composition do, take it for one of them over a network too. Others have to be told, with `sextant token create`.
 */
export async function admitSelf(home: string, key: string, folder: string): Promise<void> {
  const wish = { name: `peer-${basename(folder).replace(/^_/, '')}`.slice(0, 32), scopes: SCOPES, key };
  await new Tokens(home).create({ ...wish, note: 'a peer of this home' }).catch((error: unknown) => {
    if (!isErrorType(error, 'exists')) throw error;
  });
}
