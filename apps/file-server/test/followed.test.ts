import { open, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { blake3 } from '@napi-rs/blake-hash';
import { temporaryFolder } from '@sextant/testing/rig';
import { Followed } from '../src/disk/followed.ts';
import { NOT_HERE } from '../src/disk/messages.ts';

it('hashes what there is of a file that was cut, and waits for no more', async () => {
  await using home = await temporaryFolder();
  const path = join(home.path, 'file');
  await writeFile(path, 'all of it');
  await using file = await open(path);
  const followed = new Followed(file.fd, undefined, 0);
  await truncate(path, 3);
  followed.reach(9);
  followed.hashNext(Buffer.alloc(4));
  expect(followed.isBehind).toBe(false);
  followed.finish(9);
  expect(followed.isBehind).toBe(true);
  followed.hashNext(Buffer.alloc(4));
  expect([followed.digest, followed.isBehind]).toEqual([`blake3:${blake3('all').toString('hex')}`, false]);
});

it('hashes what it writes as it is in memory, after what was there before', async () => {
  await using home = await temporaryFolder();
  await using file = await open(join(home.path, 'file'), 'w+');
  await file.write('one');
  const followed = new Followed(file.fd, undefined, 3);
  expect(() => followed.write(4, [Buffer.from('far')])).toThrow(expect.objectContaining({ code: NOT_HERE }));
  writeAndHash(followed, 3, 'two');
  expect(followed.isBehind).toBe(true);
  followed.hashNext(Buffer.alloc(4));
  writeAndHash(followed, 6, 'three');
  // Nothing is read: it was hashed.
  expect(followed.isBehind).toBe(false);
  followed.finish(11);
  followed.hashNext(Buffer.alloc(4));
  expect(followed.digest).toBe(`blake3:${blake3('onetwothree').toString('hex')}`);
  expect(await readFile(join(home.path, 'file'), 'utf8')).toBe('onetwothree');
});

function writeAndHash(followed: Followed, offset: number, text: string): void {
  const parts = Array.from(Buffer.from(text), (byte) => Uint8Array.of(byte));
  expect(followed.write(offset, parts)).toBe(offset + text.length);
  followed.hashWritten(offset, parts);
  expect(parts.every(({ buffer }) => buffer.detached)).toBe(true);
}
