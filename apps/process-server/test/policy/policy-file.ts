import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@sextant/testing/rig';

/** A policy file for one test; a text stands in it as it is. */
export async function policyFile(content: object | string): Promise<{ path: string } & AsyncDisposable> {
  const folder = await temporaryFolder();
  const path = join(folder.path, 'policy.json');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return { path, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}
