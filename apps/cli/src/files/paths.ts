import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ProtocolError } from '@sextant/protocol/errors';

/** Stands for stdin or stdout. */
export const STANDARD = '-';

/** Where a file is put: as said, below what ends in `/`, else under its own name. */
export function remotePathOf(local: string, remote: string | undefined): string {
  if (local !== STANDARD) return below(remote ?? '/', basename(local)).replace(/^\/+/, '');
  if (remote !== undefined && !remote.endsWith('/')) return remote.replace(/^\/+/, '');
  throw new ProtocolError('invalid_params', 'What comes from stdin has no name: say it, as in "file put - notes.txt".');
}

/** Where a file is saved: as said, in what is a folder, else here under its own name. */
export async function localPathOf(remote: string, local: string | undefined): Promise<string> {
  const name = basename(remote);
  if (local === undefined) return name;
  const isFolder = await stat(local).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  return isFolder ? join(local, name) : below(local, name);
}

function below(path: string, name: string): string {
  return path.endsWith('/') ? `${path}${name}` : path;
}
