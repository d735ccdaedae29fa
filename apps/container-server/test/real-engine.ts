import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Rig } from '@sextant/testing/rig';
import { describeUnless } from '@sextant/testing/describe-unless';
import { engineAddress } from '../src/engine/address.ts';
import { rigAt, type Containers } from './app.ts';

const run = promisify(execFile);

/** Where the engine of these tests is. */
export const ENGINE = engineAddress(undefined, process.env).url;
/** Made by docker/test-image.sh: busybox, sleeping unless told otherwise. Its sleep ignores TERM, like any bare first process. */
export const IMAGE = 'sextant/test';
/** Ends at TERM. */
export const OBEDIENT = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.05; done'];

/** Docker's own client, as someone else at the same engine. */
export async function docker(...words: string[]): Promise<string> {
  const { stdout } = await run('docker', words).catch((error: { stderr: string }) => {
    // An engine may still write to the log of a container that it is removing, and asks to be told again.
    if (words[0] === 'rm' && error.stderr.includes('directory not empty')) return run('docker', words);
    throw error;
  });
  return stdout.trim();
}

const missing = await missingEngine();
/** Tests on a real engine: where none answers they are skipped, loudly; with CI=true they fail. */
export const describeWithEngine = describeUnless(missing);
/** Tests that need a registry too. */
export const describeWithRegistry = describeUnless(missing ?? (await missingRegistry()));

async function missingEngine(): Promise<string | undefined> {
  try {
    await run('docker', ['version'], { timeout: 10_000 });
  } catch {
    return `no Docker engine at ${ENGINE}. Start one with docker/engine.sh`;
  }
  const script = fileURLToPath(new URL('../../../docker/test-image.sh', import.meta.url));
  return run(script).then(
    () => undefined,
    (error: { stderr: string }) => error.stderr.trim(),
  );
}

function missingRegistry(): Promise<string | undefined> {
  return run('docker-registry', ['--version']).then(
    () => undefined,
    () => 'no docker-registry is installed. docker/engine.sh installs it',
  );
}

/** A service on the real engine, and names for a test's containers. `await using` removes the containers, whoever made them. */
export interface EngineRig extends Rig<Containers> {
  /** A name that no other container has. */
  name(): string;
}

export async function engineRig(
  ...settings: Parameters<typeof rigAt> extends [unknown, ...infer More] ? More : never
): Promise<EngineRig> {
  const rig = await rigAt(ENGINE, ...settings);
  const prefix = `sextant-test-${randomUUID().slice(0, 8)}`;
  let made = 0;
  return {
    ...rig,
    name: () => `${prefix}-${(made += 1)}`,
    async [Symbol.asyncDispose]() {
      await rig[Symbol.asyncDispose]();
      const left = await docker('ps', '--all', '--quiet', '--filter', `name=^${prefix}`);
      if (left !== '') await docker('rm', '--force', '--volumes', ...left.split('\n'));
    },
  };
}
