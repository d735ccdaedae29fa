import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@sextant/testing/rig';
import { Output } from '../../src/output/output.ts';
import { Segments } from '../../src/output/segments.ts';
import { all } from './all.ts';

describe('Output', () => {
  it('is read in the order it came, from any place on, by any number at their own pace', async () => {
    const output = new Output();
    using early = output.read(0);
    const first = all(early);
    output.append('stdout', Buffer.from('one'));
    output.append('stderr', Buffer.from('two'));
    output.end('stderr');
    using late = output.read(4);
    const second = all(late);
    output.append('stdout', Buffer.from('three'));
    await output.close();
    expect(await first).toEqual({ stdout: 'onethree(end)', stderr: 'two(end)' });
    expect(await second).toEqual({ stdout: 'three(end)', stderr: 'wo(end)' });
  });

  it('is whole on disk, and says what was cut', async () => {
    await using home = await temporaryFolder();
    const segments = await Segments.create(join(home.path, 'out'), 1024 * 1024);
    const output = new Output({ segments });
    const bytes = randomBytes(6 * 1024 * 1024);
    for (let at = 0; at < bytes.length; at += 10_000) {
      output.append('stdout', Buffer.from(bytes.subarray(at, at + 10_000)));
      if (output.isFull) await output.room();
    }
    await output.close();
    expect(output.to).toBe(bytes.length);
    expect(output.to - output.from).toBeGreaterThanOrEqual(1024 * 1024);
    expect(output.to - output.from).toBeLessThan(1024 * 1024 * 1.2);
    using reader = output.read(output.from + 5);
    const kept = await all(reader);
    expect(kept.stdout === `${bytes.subarray(output.from + 5).toString('latin1')}(end)`).toBe(true);
    using another = output.read(7);
    expect((await all(another)).stdout).toMatch(new RegExp(`^\\(gap 7-${output.from - 1}\\)`));
  });

  it('waits for whoever it is to wait for, and for nobody else', async () => {
    const output = new Output();
    using watcher = output.read(0);
    using slow = output.read(0, true);
    output.append('stdout', new Uint8Array(600_000));
    expect(output.isFull).toBe(true);
    await watcher.next();
    watcher.passed(600_000);
    expect(output.isFull).toBe(true);
    const room = output.room();
    slow.passed(200_000);
    await room;
    expect(output.isFull).toBe(false);
    output.append('stdout', new Uint8Array(600_000));
    using fast = output.read(output.to, true);
    expect(output.isFull).toBe(false);
    fast.close();
    slow.close();
    output.append('stdout', new Uint8Array(6_000_000));
    expect(output.isFull).toBe(false);
  });
});
