import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { SERVICES } from '@sextant/protocol/services';
import { describeUnless } from '@sextant/testing/describe-unless';
import { waitFor } from '@sextant/testing/wait';
import { buildImages, docker, missingEngine, TAG } from './docker.ts';

/** What an image may have on top of the Node base. */
const MOST_BYTES = 15_000_000;
const APPS = SERVICES.map(({ name }) => name);
/** A container as little may be done in as can be. */
const HARDENED = ['--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges', '--tmpfs=/tmp'];

describeUnless(await missingEngine())('images', () => {
  const name = `sextant-test-${randomUUID().slice(0, 8)}`;
  const home = `--volume=${name}:/var/lib/sextant`;

  beforeAll(async () => {
    await buildImages();
    await docker('run', '--rm', ...HARDENED, home, `sextant/cli:${TAG}`, 'cert', 'create', 'localhost', '127.0.0.1');
  }, 240_000);
  afterAll(async () => {
    await docker('volume', 'rm', '--force', name);
  });

  it.each([...APPS, 'cli'])('%s is small', async (app) => {
    const [base, whole] = await Promise.all(['sextant/node:26', `sextant/${app}:${TAG}`].map(sizeOf));
    expect((whole ?? 0) - (base ?? 0)).toBeGreaterThan(0);
    expect((whole ?? 0) - (base ?? 0)).toBeLessThan(MOST_BYTES);
  });

  it('cli runs without any right', async () => {
    const asked = [...HARDENED, '--entrypoint', 'id', `sextant/cli:${TAG}`, '-u'];
    expect(await docker('run', '--rm', ...asked)).toBe('1000');
  });

  it.each(APPS)('%s runs without any right, is healthy within 5 s, and ends well', async (service) => {
    const more = service === 'container-server' ? await engineAccess() : [];
    const hardened = [...HARDENED, ...more, home, `sextant/${service}:${TAG}`, '--host', '0.0.0.0'];
    const id = await docker('run', '--detach', ...hardened);
    try {
      expect(await docker('exec', id, 'id', '-u')).toBe('1000');
      await waitFor(`${service} to listen`, async () => (await docker('logs', id)).includes(`"${service}"`));
      // A peer is not ready before it has found a registry: the composition has one.
      if (service !== 'peer-node') {
        await waitFor(`${service} to be healthy`, async () => (await stateOf(id)).Health.Status === 'healthy');
        const { StartedAt, Health } = await stateOf(id);
        const [first] = Health.Log;
        expect(Date.parse(first?.Start ?? '') - Date.parse(StartedAt)).toBeLessThan(5000);
        expect(first?.ExitCode).toBe(0);
      }
      const began = performance.now();
      await docker('stop', '--time=10', id);
      expect(performance.now() - began).toBeLessThan(10_000);
      expect((await stateOf(id)).ExitCode).toBe(0);
    } finally {
      await docker('rm', '--force', id);
    }
  });
});

/** What lets a container use the engine that it runs on. */
async function engineAccess(): Promise<string[]> {
  const { gid } = await stat('/var/run/docker.sock');
  return ['--volume=/var/run/docker.sock:/var/run/docker.sock', `--group-add=${gid}`];
}

async function sizeOf(image: string): Promise<number> {
  return Number(await docker('image', 'inspect', '--format', '{{.Size}}', image));
}

interface State {
  ExitCode: number;
  StartedAt: string;
  Health: { Status: string; Log: { Start: string; ExitCode: number }[] };
}

async function stateOf(id: string): Promise<State> {
  return JSON.parse(await docker('inspect', '--format', '{{json .State}}', id)) as State;
}
