import { randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Permissions of what only its owner may read. */
export const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

/** Makes a folder, and those above it that are missing, for its owner only. */
export async function makePrivateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: PRIVATE_FOLDER });
}

/**
 * Makes a file that is there whole or not at all, even after a power cut, and never replaces one.
 * @throws the system's error, EEXIST if the name is taken.
 */
export async function createFile(path: string, text: string, mode = PRIVATE_FILE): Promise<void> {
  await publish(path, text, mode, link);
}

/** Makes a file or replaces one: whoever reads gets the old or the new, never a part. */
export async function replaceFile(path: string, text: string, mode = PRIVATE_FILE): Promise<void> {
  await publish(path, text, mode, rename);
}

/** Removes a file for good: a power cut does not bring it back. False if there was none. */
export async function removeFile(path: string): Promise<boolean> {
  try {
    await rm(path);
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
  await syncFolder(dirname(path));
  return true;
}

/**
 * Reads a secret; undefined if there is no such file. Synchronous: it is read before anything else can be done.
 * @throws Error that says what to type if others may read or write it: it is no secret then.
 */
export function readPrivateFile(path: string): string | undefined {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) throw new Error(`${path} is no file.`);
    refuseOpen(path, stats.mode);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** @throws Error if the permissions of a file let in others than its owner. */
export function refuseOpen(path: string, mode: number): void {
  if ((mode & 0o077) === 0) return;
  const permissions = (mode & 0o777).toString(8).padStart(3, '0');
  throw new Error(
    `${path} is open to other users of this machine (permissions ${permissions}), so it is not trusted. Close it: chmod 600 ${path}`,
  );
}

/** True for the system's error that there is no such file. */
export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}

/** True for the system's error that a file is there already. */
export function isTaken(error: unknown): boolean {
  return codeOf(error) === 'EEXIST';
}

function codeOf(error: unknown): unknown {
  return Error.isError(error) && 'code' in error ? error.code : undefined;
}

async function publish(path: string, text: string, mode: number, name: typeof link): Promise<void> {
  const draft = `${path}.${randomUUID()}.new`;
  try {
    await writeSynced(draft, text, mode);
    await name(draft, path);
    await syncFolder(dirname(path));
  } finally {
    await rm(draft, { force: true });
  }
}

async function writeSynced(path: string, text: string, mode: number): Promise<void> {
  await using file = await open(path, 'wx', mode);
  await file.writeFile(text);
  await file.sync();
}

/** A name is on the disk only once its folder is. */
async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path);
  await folder.sync();
}
