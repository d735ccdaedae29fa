import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describeUnless } from '@sextant/testing/describe-unless';
import { temporaryFolder } from '@sextant/testing/rig';
import { listening, servingWith } from './services.ts';
import { at, run } from './sextant.ts';

export const execute = promisify(execFile);
/** Made by docker/test-image.sh. */
export const IMAGE = 'sextant/test';

/** A container-server, names for a test's containers, and the menu. `await using` removes the containers. */
export async function start(more: NodeJS.ProcessEnv = {}) {
  const home = await temporaryFolder();
  const up = servingWith(more, 'up', 'container-server', '--port', '0', '--home', home.path, '--json');
  const [server] = await listening(up, 1);
  const where = at({ ...server, home: home.path });
  const prefix = `sextant-test-${randomUUID().slice(0, 8)}`;
  let named = 0;
  return {
    where,
    home: home.path,
    name: () => `${prefix}-${(named += 1)}`,
    cli: (...args: string[]) => run([...where, 'container', ...args]),
    menu: (...lines: string[]) => run([...where, 'container', 'menu'], lines.map((line) => `${line}\n`).join('')),
    async [Symbol.asyncDispose]() {
      if (named > 0) {
        const { stdout } = await execute('docker', ['ps', '-aq', '--filter', `name=^${prefix}`]);
        if (stdout !== '') await execute('docker', ['rm', '-f', ...stdout.trim().split('\n')]);
      }
      await up[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

/** Where no engine answers these are skipped, loudly; with CI=true they fail. */
export const describeWithEngine = describeUnless(await missingEngine());

async function missingEngine(): Promise<string | undefined> {
  try {
    await execute('docker', ['version'], { timeout: 10_000 });
    await execute(fileURLToPath(new URL('../../../docker/test-image.sh', import.meta.url)));
    return undefined;
  } catch (error) {
    return `no Docker engine answers. Start one with docker/engine.sh (${(error as { stderr?: string }).stderr?.trim()})`;
  }
}
