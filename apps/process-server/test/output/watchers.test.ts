import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { footprint } from '@sextant/testing/leaks';
import { temporaryFolder } from '@sextant/testing/rig';
import { startDigest } from '../../src/output/digest.ts';
import { launch } from '../launch/launch.ts';
import type { Processes } from '../rig.ts';
import { flood } from './flood.ts';

const MIB = 32;
const WATCHERS = 20;

/** The digest of all that a watcher sees, and the one that the service tells. */
async function watch(client: Processes, target: string): Promise<{ seen: string; told: string | undefined }> {
  const stream = client.open('process.attach', { target, since: 0 });
  const digest = await startDigest();
  for await (const { body } of stream) if (body) digest.update(body);
  return { seen: digest.digest(), told: (await stream.result).output.digest };
}

describe('twenty watchers, half of which never read', () => {
  it('do not slow the program, and those who read see all of it', async () => {
    await using home = await temporaryFolder();
    await using service = await launch(home.path);
    const { server, client } = service;
    const { id } = await client.call('process.start', { ...flood(MIB), detached: true, keepBytes: 2 ** 30 });
    const { rssMiB: before } = await footprint(server.pid ?? 0);
    const deaf = Array.from({ length: WATCHERS / 2 }, () =>
      client.open('process.attach', { target: id, since: 0 }, { credit: 1000 }),
    );
    const watching = Array.from({ length: WATCHERS / 2 }, () => watch(client, id));
    expect(await client.call('process.wait', { target: id })).toMatchObject({ exitCode: 0 });
    const seen = await Promise.all(watching);
    expect(new Set(seen.flatMap(({ seen, told }) => [seen, told])).size).toBe(1);
    expect((await footprint(server.pid ?? 0)).rssMiB - before).toBeLessThan(128);
    for (const stream of deaf) stream.cancel();
    await Promise.allSettled(deaf.map(({ result }) => result));
  }, 60_000);

  it('are nobody whom it waits for, but the only one who asked for it is', async () => {
    await using home = await temporaryFolder();
    await using service = await launch(home.path);
    const { client } = service;
    const { id } = await client.call('process.start', { ...flood(MIB), detached: true });
    const slow = client.open('process.attach', { target: id, since: 0, backpressure: true }, { credit: 1000 });
    const to = async (): Promise<number> => {
      const { items } = await client.call('process.list', { scope: 'all', details: true });
      return items.flatMap((item) => ('output' in item ? [item.output.to] : []))[0] ?? 0;
    };
    await sleep(1000);
    const waits = await to();
    expect(waits).toBeLessThan(4 * 1024 * 1024);
    await sleep(300);
    expect(await to()).toBe(waits);
    slow.cancel();
    expect(await client.call('process.wait', { target: id })).toMatchObject({ exitCode: 0 });
    await slow.result.catch(() => {});
  }, 60_000);
});
