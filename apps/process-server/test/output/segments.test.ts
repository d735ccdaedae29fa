import { randomBytes } from 'node:crypto';
import { open, readdir, rm, symlink, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@sextant/testing/rig';
import { waitFor } from '@sextant/testing/wait';
import { Output } from '../../src/output/output.ts';
import { Segments } from '../../src/output/segments.ts';
import { all } from './all.ts';

/** So many bytes as an output that has ended, in records of 1,000 and files of 64 KiB. */
async function written(folder: string, bytes: Buffer): Promise<Output> {
  const output = new Output({ segments: await Segments.create(join(folder, 'out'), 1024 * 1024) });
  for (let at = 0; at < bytes.length; at += 1000) output.append('stdout', bytes.subarray(at, at + 1000));
  await output.close();
  return output;
}

describe('an output on disk', () => {
  it('is read around files that are cut short, spoilt or gone, and says what is missing', async () => {
    await using home = await temporaryFolder();
    const bytes = randomBytes(900_000);
    const output = await written(home.path, bytes);
    const names = (await readdir(home.path)).sort((a, b) => Number(a.slice(4)) - Number(b.slice(4)));
    expect(names.length).toBeGreaterThan(4);
    const [, short = '', spoilt = '', gone = ''] = names;
    await truncate(join(home.path, short), 30_001);
    await using file = await open(join(home.path, spoilt), 'r+');
    await file.write(Buffer.alloc(100), 0, 100, 0);
    await rm(join(home.path, gone));
    using reader = output.read(0);
    let [at, missing] = [0, 0];
    for (let part = await reader.next(); part && !('end' in part); part = await reader.next()) {
      if ('gap' in part) {
        expect(part.gap.from).toBe(at);
        missing += part.gap.to + 1 - at;
        at = part.gap.to + 1;
        continue;
      }
      expect(bytes.subarray(at, at + part.bytes.length).equals(part.bytes)).toBe(true);
      at += part.bytes.length;
      reader.passed(part.bytes.length);
    }
    expect(at).toBe(bytes.length);
    expect(missing).toBeGreaterThan(100_000);
    expect(missing).toBeLessThan(400_000);
  });

  it('goes on where the disk takes nothing for a while, and says once what is missing', async () => {
    await using home = await temporaryFolder();
    const path = join(home.path, 'out');
    await symlink('/dev/full', `${path}.0`);
    const failures: unknown[] = [];
    const segments = await Segments.create(path, 1024 * 1024);
    const output = new Output({ segments, keeper: { failed: (error) => failures.push(error) } });
    using watcher = output.read(0);
    const watched = all(watcher);
    const parts = Array.from({ length: 20 }, () => randomBytes(10_000));
    for (const part of parts) {
      output.append('stdout', Buffer.from(part));
      await new Promise(setImmediate);
    }
    await output.close();
    const text = Buffer.concat(parts).toString('latin1');
    // It was in memory for whoever read as it came.
    expect((await watched).stdout === `${text}(end)`).toBe(true);
    expect(failures).toMatchObject([{ code: 'ENOSPC' }]);
    expect(output.from).toBeGreaterThan(0);
    expect(output.from).toBeLessThan(text.length);
    using late = output.read(0);
    expect((await all(late)).stdout === `(gap 0-${output.from - 1})${text.slice(output.from)}(end)`).toBe(true);
  });

  it('goes on where its folder is gone, with what is in memory', async () => {
    await using home = await temporaryFolder();
    const failures: unknown[] = [];
    const segments = await Segments.create(join(home.path, 'out'), 64 * 1024);
    const output = new Output({ segments, keeper: { failed: (error) => failures.push(error) } });
    await rm(home.path, { recursive: true });
    for (let round = 0; round < 300; round += 1) {
      output.append('stdout', randomBytes(10_000));
      if (round % 10 === 0) await new Promise(setImmediate);
    }
    await waitFor('the disk to be found wanting', () => failures.length > 0 && output.memory > 0);
    using reader = output.read(0);
    const first = await reader.next();
    expect(first).toMatchObject({ gap: { from: 0 } });
    let part = first;
    while (part && 'gap' in part) part = await reader.next();
    expect(part).toHaveProperty('bytes');
    expect(reader.place).toBe(output.memory);
    await output.close();
    expect(failures).toMatchObject([{ code: 'ENOENT' }]);
  });

  it('takes twice the room at most, and little memory, of a program that prints byte by byte', async () => {
    await using home = await temporaryFolder();
    const segments = await Segments.create(join(home.path, 'out'), 64 * 1024 * 1024);
    const [kept, passing] = [new Output({ segments }), new Output()];
    for (let at = 0; at < 200_000; at += 1) {
      for (const output of [kept, passing]) output.append(at % 2 === 0 ? 'stdout' : 'stderr', Buffer.of(at % 256));
      if (at % 1000 === 0) await new Promise(setImmediate);
    }
    expect(passing.to - passing.from).toBeLessThan(3000);
    await kept.close();
    expect(kept.size).toBeLessThan(2.1 * kept.to);
    using reader = kept.read(0);
    const { stdout, stderr } = await all(reader);
    const [even, odd] = [0, 1].map((first) =>
      Buffer.from(Array.from({ length: 100_000 }, (_, at) => (2 * at + first) % 256)).toString('latin1'),
    );
    expect([stdout === `${even}(end)`, stderr === `${odd}(end)`]).toEqual([true, true]);
  });

  it('has a file open only while it is read from', async () => {
    await using home = await temporaryFolder();
    const output = await written(home.path, randomBytes(500_000));
    const count = async (): Promise<number> => (await readdir('/proc/self/fd')).length;
    const before = await count();
    const readers = Array.from({ length: 10 }, () => output.read(70_000));
    await Promise.all(readers.map((reader) => reader.next()));
    expect(await count()).toBe(before + 10);
    await Promise.all(readers.slice(0, 5).map((reader) => all(reader)));
    for (const reader of readers) reader.close();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await count()).toBe(before);
  });
});
