import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from '@sextant/testing/rig';
import { waitFor } from '@sextant/testing/wait';
import { docker } from './real-engine.ts';
import { serveSocket } from './socket.ts';

const run = promisify(execFile);

/** Of Debian's package of that name, which docker/engine.sh installs. */
const PROGRAM = 'docker-registry';

/** A real registry on loopback. Engines speak plain HTTP with those. */
export interface Registry extends AsyncDisposable {
  readonly port: number;
  /** Puts an image of new bytes there, and removes it from the engine; gives its repository. */
  publish(sizeBytes: number): Promise<string>;
}

export async function startRegistry(): Promise<Registry> {
  const folder = await temporaryFolder();
  const port = await freePort();
  const settings = join(folder.path, 'registry.json');
  await writeFile(settings, JSON.stringify(settingsFor(port, join(folder.path, 'data'))));
  const program = spawn(PROGRAM, ['serve', settings], { stdio: 'ignore' });
  await once(program, 'spawn');
  const exited = once(program, 'exit');
  await waitFor('docker-registry answers', () =>
    fetch(`http://127.0.0.1:${port}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return {
    port,
    publish: (sizeBytes) => publish(port, folder.path, sizeBytes),
    async [Symbol.asyncDispose]() {
      program.kill();
      await exited;
      await folder[Symbol.asyncDispose]();
    },
  };
}

function settingsFor(port: number, data: string): object {
  return {
    version: 0.1,
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: data } },
    http: { addr: `127.0.0.1:${port}` },
  };
}

async function publish(port: number, folder: string, sizeBytes: number): Promise<string> {
  const repository = `127.0.0.1:${port}/sextant/pulled`;
  await writeFile(join(folder, 'content'), randomBytes(sizeBytes));
  await run('tar', ['-C', folder, '-cf', join(folder, 'image.tar'), 'content']);
  await docker('import', '--change', 'CMD ["/content"]', join(folder, 'image.tar'), `${repository}:latest`);
  await docker('push', `${repository}:latest`);
  await docker('rmi', `${repository}:latest`);
  return repository;
}

async function freePort(): Promise<number> {
  await using socket = await serveSocket({ port: 0, host: '127.0.0.1' }, () => {});
  return socket.port;
}
