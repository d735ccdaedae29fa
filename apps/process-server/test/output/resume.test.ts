import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { readLocalToken } from '@sextant/service/identity/local-token';
import { footprint } from '@sextant/testing/leaks';
import { seeded, type Random } from '@sextant/testing/random';
import { temporaryFolder } from '@sextant/testing/rig';
import { startDigest } from '../../src/output/digest.ts';
import { launch } from '../launch/launch.ts';
import { digestsOfFlood, flood } from './flood.ts';
import { followOver } from './resume.ts';

/** How much is printed. */
const MIB = Number(process.env['SEXTANT_OUTPUT_MIB'] ?? 128);
const CUTS = 10;

/** Samples the memory of a process. */
async function watchMemory(pid: number, over: AbortSignal): Promise<{ first: number; most: number }> {
  const first = (await footprint(pid)).rssMiB;
  let most = first;
  while (!over.aborted) {
    most = Math.max(
      most,
      await footprint(pid).then(
        ({ rssMiB }) => rssMiB,
        () => 0,
      ),
    );
    await sleep(20);
  }
  return { first, most };
}

async function resumeAll(random: Random, settings: object, before?: () => Promise<void>): Promise<void> {
  await using home = await temporaryFolder();
  await using service = await launch(home.path);
  const { server, client, address } = service;
  const cutAt = Array.from({ length: CUTS }, () => 1 + random.below(MIB * 1024 * 1024 - 1));
  const { id } = await client.call('process.start', { ...flood(MIB), detached: true, ...settings });
  const over = new AbortController();
  const memory = watchMemory(server.pid ?? 0, over.signal);
  await before?.();
  const [stdout, stderr, both] = [await startDigest(), await startDigest(), await startDigest()];
  const began = performance.now();
  const token = readLocalToken(home.path) ?? '';
  const take = (bytes: Uint8Array, channel: string): void => {
    both.update(bytes);
    (channel === 'stdout' ? stdout : stderr).update(bytes);
  };
  const followed = await followOver(address, token, id, cutAt, take).finally(() => over.abort());
  const seconds = (performance.now() - began) / 1000;
  const { first, most } = await memory;
  expect(followed).toMatchObject({ missing: 0, cuts: CUTS, output: { to: MIB * 1024 * 1024 } });
  expect({ stdout: stdout.digest(), stderr: stderr.digest() }).toEqual(await digestsOfFlood(MIB));
  expect(followed.output.digest).toBe(both.digest());
  if (process.env['SEXTANT_OUTPUT_MIB'] !== undefined)
    process.stderr.write(
      `${MIB} MiB in ${seconds.toFixed(1)} s; memory from ${first.toFixed(0)} to at most ${most.toFixed(0)} MiB\n`,
    );
  expect(most - first).toBeLessThan(96);
}

describe('an output that is followed over a connection that is lost ten times', () => {
  it('comes as it was printed, and takes no memory', async () => {
    await seeded((random) => resumeAll(random, { keepBytes: 4 * 1024 ** 3 }));
  }, 300_000);

  it('comes as it was printed where little is kept and the program waits', async () => {
    const unread = (): Promise<void> => sleep(300);
    await seeded((random) => resumeAll(random, { keepBytes: 2 * 1024 ** 2, full: 'wait' }, unread));
  }, 300_000);
});
