import { createPrivateKey, createPublicKey, generateKeyPair, sign, type KeyObject } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
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
    return await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whoever else makes it at the same moment, both go on with the one that came first. */
async function makeKeyFile(file: string): Promise<string> {
  const { privateKey } = await makeKeyPair('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  try {
    await writeFile(file, pem, { flag: 'wx', mode: 0o600 });
    return pem;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    return readFile(file, 'utf8');
  }
}

function keyKind({ asymmetricKeyType }: KeyObject): string {
  return asymmetricKeyType ?? 'that';
}

function codeOf(error: unknown): unknown {
  return Error.isError(error) && 'code' in error ? error.code : undefined;
}
