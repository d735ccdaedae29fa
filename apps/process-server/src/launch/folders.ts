import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { codeOf } from './reasons.ts';

const PREFIX = 'sextant-launch-';

/** The name of the socket in such a folder. */
export const SOCKET = 'streams';

/** Milliseconds after which a folder without a socket that answers is not about to get one. */
const SETTLED_MS = 60_000;

/** Makes a folder that is for this user alone. */
export function makeFolder(): Promise<string> {
  return mkdtemp(join(resolve(tmpdir()), PREFIX));
}

/** Removes those that nobody could: their service and its launcher were both killed. */
export async function sweepFolders(): Promise<void> {
  const root = resolve(tmpdir());
  const names = await readdir(root).catch(() => []);
  for (const name of names.filter((name) => name.startsWith(PREFIX))) {
    const folder = join(root, name);
    // What cannot be removed now may be at the next start.
    if (await isLeft(folder)) await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}

async function isLeft(folder: string): Promise<boolean> {
  const stats = await lstat(folder).catch(() => undefined);
  if (!stats?.isDirectory() || stats.uid !== process.getuid?.()) return false;
  return Date.now() - stats.mtimeMs > SETTLED_MS && (await isDead(join(folder, SOCKET)));
}

/** The system's words for: nobody listens there. */
const DEAD = new Set(['ECONNREFUSED', 'ENOENT']);

function isDead(socket: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const connection = connect(socket, () => resolve(false)).once('error', (error) => resolve(DEAD.has(codeOf(error))));
  return promise.finally(() => connection.destroy());
}
