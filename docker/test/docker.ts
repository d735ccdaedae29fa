import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { missingPrograms, type Missing } from '@sextant/testing/missing';

const run = promisify(execFile);
const folder = fileURLToPath(new URL('..', import.meta.url));

/** Docker's own client. */
export async function docker(...words: string[]): Promise<string> {
  return (await run('docker', words)).stdout.trim();
}

/** One of the scripts of this folder. */
async function script(name: string, env: NodeJS.ProcessEnv = {}): Promise<void> {
  await run('bash', [`${folder}${name}`], { env: { ...process.env, ...env } });
}

/** Why images can be neither built nor run here. */
export async function missingEngine(): Promise<Missing> {
  const missing = await missingPrograms('docker', 'busybox');
  if (missing !== undefined) return missing;
  return docker('version').then(
    () => undefined,
    () => 'no Docker engine answers. Start one with docker/engine.sh',
  );
}

/** What tests build, beside what somebody uses here. */
export const TAG = 'test';

/** Builds the images of all apps, on the stand-in for the Node image. */
export async function buildImages(): Promise<void> {
  await script('node-image.sh');
  await script('images.sh', { NODE_IMAGE: 'sextant/node:26', TAG });
}
