import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@sextant/testing/rig';
import { describeWithEngine, execute, IMAGE } from './containers.ts';
import { at, run, startService } from './sextant.ts';
import { jsonLines } from './services.ts';

const docker = async (...words: string[]): Promise<string> => (await execute('docker', words)).stdout.trim();

/** A container-server, and the command line for it. */
async function start(...flags: string[]) {
  const home = await temporaryFolder();
  const server = await startService('container-server', home.path, 0, ...flags);
  return {
    cli: (...args: string[]) => run([...at(server), 'image', ...args]),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

describe('without an engine', () => {
  it('every command says so and fails with 3', async () => {
    await using rig = await start('--engine', 'unix:///nowhere/docker.sock');
    for (const args of [['ls'], ['pull', 'a'], ['rm', 'a']]) {
      expect(await rig.cli(...args)).toMatchObject({
        code: 3,
        stdout: '',
        stderr: expect.stringContaining('No Docker engine answers at unix:///nowhere/docker.sock.'),
      });
    }
  });
});

describeWithEngine('with an engine', () => {
  it('lists and removes', async () => {
    await using rig = await start();
    const name = `sextant-test-image-${randomUUID().slice(0, 8)}:one`;
    const id = (await docker('inspect', '--type', 'image', '--format', '{{.Id}}', IMAGE)).slice(7, 19);
    await docker('tag', IMAGE, name);
    try {
      expect((await rig.cli('ls')).stdout).toMatch(new RegExp(`^.*${name}.*  ${id}  +\\d+\\.\\d [KM]iB  `, 'm'));
      const listed = jsonLines((await rig.cli('ls', '--json')).stdout) as { names: string[]; sizeBytes: number }[];
      expect(listed.find(({ names }) => names.includes(name))?.sizeBytes).toBeGreaterThan(100_000);
      expect(await rig.cli('rm', 'no-such', name)).toEqual({
        code: 4,
        stdout: `${name}  untagged  ${id}\n`,
        stderr: expect.stringMatching(/^error: The engine has no image "no-such"\..*\n$/),
      });
    } finally {
      await docker('rmi', name).catch(() => {});
    }
  });

  it('says what is wrong with a pull', async () => {
    await using rig = await start();
    expect(await rig.cli('pull', '127.0.0.1:1/nothing')).toMatchObject({
      code: expect.any(Number),
      stdout: '',
      stderr: expect.stringMatching(
        /^error: 127\.0\.0\.1:1 cannot be asked for .* The Docker engine says: .*connection refused\.\n$/,
      ),
    });
  });
});
