import { open, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { blake3 } from '@napi-rs/blake-hash';
import { temporaryFolder } from '@sextant/testing/rig';
import { Followed } from '../src/disk/followed.ts';

it('hashes what there is of a file that was cut, and waits for no more', async () => {
  await using home = await temporaryFolder();
  const path = join(home.path, 'file');
  await writeFile(path, 'all of it');
  await using file = await open(path);
  const followed = new Followed(file.fd, undefined);
  await truncate(path, 3);
  followed.reach(9);
  followed.hashNext(Buffer.alloc(4));
  expect(followed.isBehind).toBe(false);
  followed.finish(9);
  expect(followed.isBehind).toBe(true);
  followed.hashNext(Buffer.alloc(4));
  expect([followed.digest, followed.isBehind]).toEqual([`blake3:${blake3('all').toString('hex')}`, false]);
});
