import { join } from 'node:path';
import { createFile, isTaken, makePrivateFolder, readPrivateFile } from './private-file.ts';
import { newSecret } from './token-text.ts';

/**
 * The token that lets whoever may read the home do everything on its services: made by the first of them, in the file
 * `token`. Services that start at once end with the same one.
 * @throws Error that says what to do if the file is open to others, or holds no token.
 */
export async function openLocalToken(home: string): Promise<string> {
  const standing = readLocalToken(home);
  if (standing !== undefined) return standing;
  await makePrivateFolder(home);
  // Taken meanwhile by another service: then that one's is the token.
  await createFile(pathOf(home), `sxt_local_${newSecret()}\n`).catch((error: unknown) => {
    if (!isTaken(error)) throw error;
  });
  const token = readLocalToken(home);
  if (token === undefined) throw new Error(`${pathOf(home)} was removed while the service started. Start it again.`);
  return token;
}

/**
 * The token of the services of this home; undefined where none was started yet.
 * @throws Error that says what to do if the file is open to others, or holds no token.
 */
export function readLocalToken(home: string): string | undefined {
  const token = readPrivateFile(pathOf(home))?.trim();
  if (token === undefined || /^[\w-]{32,256}$/.test(token)) return token;
  throw new Error(`${pathOf(home)} holds no token. Remove it, and the next service that starts makes a new one.`);
}

function pathOf(home: string): string {
  return join(home, 'token');
}
