import { stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { temporaryFolder } from '@sextant/testing/rig';
import { Digests, isSame } from '../src/digests.ts';

const LATER_MS = 10_000;

it('remembers a digest as long as the file looks the same', async () => {
  await using home = await temporaryFolder();
  const file = join(home.path, 'file');
  await writeFile(file, 'one');
  const stats = await stat(file, { bigint: true });
  const digests = new Digests();
  digests.keep(stats, Date.now() + LATER_MS, 'blake3:1');
  expect(digests.of(await stat(file, { bigint: true }))).toBe('blake3:1');
  await writeFile(file, 'two');
  const changed = await stat(file, { bigint: true });
  expect(isSame(stats, changed)).toBe(false);
  expect(digests.of(changed)).toBeUndefined();
});

it('does not trust a file that was touched a moment ago, whatever time it is given', async () => {
  await using home = await temporaryFolder();
  const file = join(home.path, 'file');
  await writeFile(file, 'one');
  await utimes(file, 0, 0);
  const stats = await stat(file, { bigint: true });
  const digests = new Digests();
  digests.keep(stats, Date.now(), 'blake3:1');
  expect(digests.of(stats)).toBeUndefined();
});
