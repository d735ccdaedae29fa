import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const FILE = 'service-id';

/** What tells a service from others at the same engine, kept in its folder: no two run on the same. Without one, new each time. */
export async function serviceId(folder: string | undefined): Promise<string> {
  const made = randomUUID();
  if (folder === undefined) return made;
  const path = join(folder, FILE);
  const known = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return '';
  });
  if (known !== '') return known;
  await writeFile(path, made, { mode: 0o600 });
  return made;
}
