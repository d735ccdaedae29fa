import { readFileSync } from 'node:fs';
import type { ConnectOptions } from '@sextant/client/connect';
import { ProtocolError } from '@sextant/protocol/errors';
import { certificateFiles } from '@sextant/service/certificates/certificates';
import { defaultHome } from '@sextant/service/run/home';
import { readLocalToken } from '@sextant/service/identity/local-token';
import { readPrivateFile } from '@sextant/service/identity/private-file';
import type { Address } from '@sextant/wire/address';
import { isThisMachine } from '@sextant/wire/remote';

/** What a person says about whom to trust, and as whom to ask; never a token itself, which others would see with `ps`. */
export interface TrustOptions {
  home?: string | undefined;
  tokenFile?: string | undefined;
  ca?: string | undefined;
}

/** How one connection says who asks. */
export interface Credentials extends Pick<ConnectOptions, 'auth' | 'ca'> {
  /** Where the token comes from, for people. */
  readonly source?: string;
  /** True for the token of this machine, which nobody asked for in so many words. */
  readonly implicit: boolean;
}

/** True for an address that no other machine can answer at. */
export function isHere(address: Address): boolean {
  if ('path' in address) return true;
  return isThisMachine(address.host);
}

export function homeOf({ home }: TrustOptions): string {
  return home ?? defaultHome();
}

/**
 * Chooses the token and the authority for an address: the token of `--token-file`, else the local one on this machine, else
 * that of `SEXTANT_TOKEN`; the authority of `--ca`, of `SEXTANT_CA` or of the home, else those that the system trusts.
 * @throws ProtocolError or Error that says which file cannot be used, and why.
 */
export function credentialsFor(address: Address, options: TrustOptions): Credentials {
  const ca = 'path' in address ? undefined : readAuthority(options);
  const local = options.tokenFile === undefined && isHere(address) ? readLocalToken(homeOf(options)) : undefined;
  if (local !== undefined) return { ...tokenFrom(local, homeOf(options)), ca, implicit: true };
  const token = options.tokenFile === undefined ? process.env['SEXTANT_TOKEN'] : readToken(options.tokenFile);
  if (!token) return { ca, implicit: false };
  return { ...tokenFrom(token, options.tokenFile ?? 'SEXTANT_TOKEN'), ca, implicit: false };
}

function tokenFrom(token: string, source: string): Pick<Credentials, 'auth' | 'source'> {
  return { auth: { type: 'token', token: token.trim() }, source };
}

function readToken(path: string): string {
  const token = readPrivateFile(path);
  if (token?.trim()) return token;
  throw new ProtocolError('invalid_params', `There is no token in ${path}, the file of --token-file.`);
}

function readAuthority(options: TrustOptions): string | undefined {
  const named = options.ca ?? (process.env['SEXTANT_CA'] || undefined);
  try {
    return readFileSync(named ?? certificateFiles(homeOf(options)).ca, 'utf8');
  } catch (cause) {
    if (named === undefined) return undefined;
    const reason = Error.isError(cause) ? cause.message : String(cause);
    throw new ProtocolError('invalid_params', `The authority's certificate cannot be read: ${reason}.`, {}, { cause });
  }
}
