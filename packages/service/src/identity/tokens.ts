import { statSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describeIssues } from '@sextant/protocol/envelope';
import { ProtocolError } from '@sextant/protocol/errors';
import { createFile, isMissing, isTaken, makePrivateFolder, refuseOpen, removeFile } from './private-file.ts';
import {
  isExpired,
  publicKeySchema,
  tokenEntrySchema,
  tokenIdSchema,
  tokenWishSchema,
  type TokenEntry,
  type TokenWish,
} from './token-entry.ts';
import { hashOf, idOfKey, idOfToken, newId, newToken, sameHash } from './token-text.ts';

/** What is compared with where there is no such token, so that the answer takes as long. */
const NO_HASH = '0'.repeat(64);

/** What `isValid` remembers of a file, so that it need not read it again before it changes. */
interface Seen {
  readonly mtimeMs: number;
  readonly entry: TokenEntry | undefined;
}

/**
 * The tokens and keys that the services of one home accept: a file each, `<home>/tokens/<id>.json`, open to its owner
 * only. A crash leaves a file whole or not at all; services need not be told of a change.
 */
export class Tokens {
  readonly #folder: string;
  readonly #seen = new Map<string, Seen>();

  constructor(home: string) {
    this.#folder = join(home, 'tokens');
  }

  /**
   * Makes a token, or admits a public key. The token's text is kept nowhere: it is shown now or never.
   * @throws ProtocolError `invalid_params` if it is asked for wrongly, `exists` if the key is admitted already.
   */
  async create(wish: TokenWish): Promise<{ entry: TokenEntry; token?: string }> {
    const { key, ...rest } = checked(wish);
    const id = key === undefined ? newId() : idOfKey(key);
    const token = newToken(id);
    const described = { id, ...rest, createdAt: new Date().toISOString() };
    const entry = key === undefined ? { ...described, hash: hashOf(token) } : { ...described, key };
    await makePrivateFolder(this.#folder);
    await createFile(this.#path(id), `${JSON.stringify(entry, null, 2)}\n`).catch((error: unknown) => {
      throw isTaken(error) ? taken(id) : error;
    });
    return key === undefined ? { entry, token } : { entry };
  }

  /** All of them, oldest first, the expired ones too. */
  async list(): Promise<TokenEntry[]> {
    const names = await readdir(this.#folder).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
    const ids = names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length));
    const entries = await Promise.all(ids.filter(isId).map((id) => this.#read(id)));
    return entries
      .filter((entry) => entry !== undefined)
      .sort((a, b) => a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id));
  }

  /** Ends a token; false if there is none of this id. */
  async revoke(id: string): Promise<boolean> {
    return isId(id) && (await removeFile(this.#path(id)));
  }

  /**
   * The entry of a token; undefined for one that is malformed, unknown, wrong or expired.
   * @throws Error if its file cannot be read, or is open to others.
   */
  async find(token: string): Promise<TokenEntry | undefined> {
    const id = idOfToken(token);
    const entry = id === undefined ? undefined : await this.#read(id);
    const kept = entry && 'hash' in entry ? entry.hash : NO_HASH;
    return sameHash(hashOf(token), kept) && entry && !isExpired(entry) ? entry : undefined;
  }

  /**
   * The entry of a public key; undefined for one that is malformed, unknown or expired.
   * @throws Error if its file cannot be read, or is open to others.
   */
  async findKey(key: string): Promise<TokenEntry | undefined> {
    if (!publicKeySchema.safeParse(key).success) return undefined;
    const entry = await this.#read(idOfKey(key));
    return entry && 'key' in entry && entry.key === key && !isExpired(entry) ? entry : undefined;
  }

  /**
   * True while a token is there and not expired; also when that cannot be told, for lack of file descriptors: whoever
   * was let in stays then. It costs one look at the file.
   */
  async isValid(id: string): Promise<boolean> {
    if (!isId(id)) return false;
    try {
      const entry = await this.#look(id);
      return entry !== undefined && !isExpired(entry);
    } catch (error) {
      if (isMissing(error)) this.#seen.delete(id);
      return !isMissing(error);
    }
  }

  async #look(id: string): Promise<TokenEntry | undefined> {
    const { mtimeMs } = await stat(this.#path(id));
    const seen = this.#seen.get(id);
    if (seen?.mtimeMs === mtimeMs) return seen.entry;
    const entry = parse(await readFile(this.#path(id), 'utf8'), id);
    this.#seen.set(id, { mtimeMs, entry });
    return entry;
  }

  async #read(id: string): Promise<TokenEntry | undefined> {
    const path = this.#path(id);
    try {
      // Most keys are admitted nowhere: a promise and an error for each take a tenth of a connection's time.
      const found = statSync(path, { throwIfNoEntry: false });
      if (!found) return undefined;
      refuseOpen(path, found.mode);
      const entry = parse(await readFile(path, 'utf8'), id);
      if (entry) return entry;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
    throw new Error(`${path} describes no token: it was changed by something else. Remove it, and make a new one.`);
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.json`);
  }
}

/** Checked before it becomes a path. */
function isId(id: string): boolean {
  return tokenIdSchema.safeParse(id).success;
}

function checked(wish: TokenWish): TokenWish {
  const parsed = tokenWishSchema.safeParse(wish);
  if (parsed.success) return parsed.data;
  throw new ProtocolError('invalid_params', `No token can be made of this: ${describeIssues(parsed.error)}.`);
}

/** A file under another's id is no entry of its own. */
function parse(text: string, id: string): TokenEntry | undefined {
  try {
    const { data } = tokenEntrySchema.safeParse(JSON.parse(text));
    return data?.id === id ? data : undefined;
  } catch {
    return undefined;
  }
}

function taken(id: string): ProtocolError {
  return new ProtocolError(
    'exists',
    `This key is admitted already, as ${id}; revoke that first to change what it may do.`,
  );
}
