import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const ID_LENGTH = 8;
const TOKEN = /^sxt_([a-z0-9]{8})_[A-Za-z0-9_-]{43}$/;

/** The text of a new token: `sxt_`, its id, and 256 bits that nobody guesses. */
export function newToken(id: string): string {
  return `sxt_${id}_${newSecret()}`;
}

/** 256 random bits in base64url. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

export function newId(): string {
  return Array.from({ length: ID_LENGTH }, () => LETTERS.charAt(randomInt(LETTERS.length))).join('');
}

/** A key's id follows from the key, so that it is found without a search, and is not taken twice. */
export function idOfKey(key: string): string {
  const digest = createHash('sha256').update(`sextant-key\0${key}`).digest();
  return Array.from(digest.subarray(0, ID_LENGTH), (byte) => LETTERS.charAt(byte % LETTERS.length)).join('');
}

/** The id in the text of a token; undefined for what is no token. */
export function idOfToken(text: string): string | undefined {
  return TOKEN.exec(text)?.[1];
}

/** What is kept of a token: its SHA-256 in hexadecimal. Of 256 random bits, no slower digest would hide more. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** True if two secrets are the same, in a time that tells neither where they differ nor how long they are. */
export function sameSecret(one: string, other: string): boolean {
  return sameHash(hashOf(one), hashOf(other));
}

/** True if two digests of `hashOf` are the same, in a time that does not tell where they differ. */
export function sameHash(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one, 'hex'), Buffer.from(other, 'hex'));
}
