import { createPrivateKey, createPublicKey, generateKeyPair, randomUUID, sign, type KeyObject } from 'node:crypto';
import { link, mkdir, readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { Identity } from './auth.ts';

const makeKeyPair = promisify(generateKeyPair);

/**
 * The identity whose private key a file has, as PKCS #8 in PEM. Where there is no such file yet, one is made that only
 * this user may read.
 * @throws Error if the file has something else.
 */
export async function loadIdentity(file: string): Promise<Identity> {
  return identityFrom((await readIfThere(file)) ?? (await makeKeyFile(file)));
}

/** @throws Error if it is no Ed25519 key in PEM. */
export function identityFrom(pem: string): Identity {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`An identity is an Ed25519 key, not ${keyKind(key)}.`);
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  return {
    type: 'ed25519',
    key: String(x),
    sign: async (text) => sign(null, Buffer.from(text), key).toString('base64url'),
  };
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    const { mode } = await stat(file);
    if ((mode & 0o077) !== 0)
      throw new Error(`${file} is open to other users, so it is not trusted. Close it: chmod 600 ${file}`);
    return await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whole or not at all; whoever else makes it at the same moment, both go on with the one that came first. */
async function makeKeyFile(file: string): Promise<string> {
  const { privateKey } = await makeKeyPair('ed25519');
  const draft = `${file}.${randomUUID()}`;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(draft, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  try {
    await link(draft, file);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    await unlink(draft);
  }
  return readFile(file, 'utf8');
}

function keyKind({ asymmetricKeyType }: KeyObject): string {
  return asymmetricKeyType ?? 'that';
}

function codeOf(error: unknown): unknown {
  return Error.isError(error) && 'code' in error ? error.code : undefined;
}
