import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leave } from './leftovers.ts';

/** A folder that is gone with all in it once it is disposed of. */
export interface Folder extends AsyncDisposable {
  readonly path: string;
}

/** Where no disk is measured, on systems that have it. */
export const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** Makes a folder below another one. */
export async function makeFolder(under = tmpdir()): Promise<Folder> {
  const path = await mkdtemp(join(under, 'sextant-bench-'));
  const remove = (): Promise<void> => rm(path, { recursive: true, force: true });
  const kept = leave(remove);
  return {
    path,
    async [Symbol.asyncDispose]() {
      await remove();
      kept();
    },
  };
}
