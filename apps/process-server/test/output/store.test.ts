import { randomBytes } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { temporaryFolder, testLog } from '@sextant/testing/rig';
import { waitFor } from '@sextant/testing/wait';
import type { Output } from '../../src/output/output.ts';
import { Store } from '../../src/output/store.ts';
import { all } from './all.ts';

async function textOf(output: Output, from = 0): Promise<string> {
  using reader = output.read(from);
  return (await all(reader)).stdout;
}

describe('Store', () => {
  it('brings what is much to disk when it has ended, and keeps what is little in memory', async () => {
    await using home = await temporaryFolder();
    const store = await Store.open(home.path, 2 ** 30, testLog);
    const [much, little] = [store.begin('much'), store.begin('little')];
    const bytes = randomBytes(1_500_000);
    for (let at = 0; at < bytes.length; at += 50_000)
      much.append('stdout', Buffer.from(bytes.subarray(at, at + 50_000)));
    little.append('stdout', Buffer.from('little'));
    await Promise.all([much.close(), little.close()]);
    expect([much.memory, little.memory]).toEqual([bytes.length, 0]);
    expect(await readdir(home.path)).toEqual([`much.${much.from}`]);
    expect(bytes.length - much.from).toBeGreaterThan(900_000);
    const kept = `${bytes.subarray(much.from).toString('latin1')}(end)`;
    expect((await textOf(much)) === `(gap 0-${much.from - 1})${kept}`).toBe(true);
    expect(await textOf(little)).toBe('little(end)');
    await much.remove();
    expect(await readdir(home.path)).toEqual([]);
  });

  it('has room for so many bytes of those that have ended, and lets go of the oldest', async () => {
    await using home = await temporaryFolder();
    const store = await Store.open(home.path, 250_000, testLog);
    const outputs: Output[] = [];
    for (const id of ['a', 'b', 'c']) {
      const output = await store.create(id, 1024 * 1024, false);
      outputs.push(output);
      output.append('stdout', randomBytes(100_000));
      await output.close();
    }
    const [first, second] = outputs;
    expect(outputs.map(({ from, to }) => to - from)).toEqual([0, 100_000, 100_000]);
    expect(first && (await textOf(first, 5))).toBe('(gap 5-99999)(end)');
    expect(first?.facts.digest).toMatch(/^blake3:[0-9a-f]{64}$/);
    await waitFor('the removal', async () => (await readdir(home.path)).length === 2);
    await second?.remove();
    expect(await readdir(home.path)).toEqual(['c.0']);
  });

  it('knows outputs of earlier lives again, and removes those that nobody asks for', async () => {
    await using home = await temporaryFolder();
    const bytes = randomBytes(600_000);
    const earlier = await Store.open(home.path, 2 ** 30, testLog);
    const output = await earlier.create('ended', 256 * 1024, false);
    for (let at = 0; at < bytes.length; at += 5000) {
      output.append('stdout', Buffer.from(bytes.subarray(at, at + 5000)));
      await new Promise(setImmediate);
    }
    output.end('stdout');
    output.append('stderr', Buffer.from('last'));
    await output.close();
    const cut = await earlier.create('cut', 1024 * 1024, false);
    cut.append('stdout', Buffer.from('of a service that was killed'));
    await waitFor('it to be written', () => cut.size > 28);
    await writeFile(join(home.path, 'other.0'), 'nobody knows');

    const store = await Store.open(home.path, 2 ** 30, testLog);
    const [again, killed] = [await store.reopen('ended'), await store.reopen('cut')];
    expect(await store.reopen('unknown')).toBeUndefined();
    expect([again?.facts, again?.endOf('stdout')]).toEqual([output.facts, 600_000]);
    const kept = `${bytes.subarray(output.from).toString('latin1')}(end)`;
    expect(again && (await textOf(again)) === `(gap 0-${output.from - 1})${kept}`).toBe(true);
    expect(killed?.facts).toEqual({ from: 0, to: 28 });
    expect(killed && (await textOf(killed))).toBe('of a service that was killed(end)');
    const isOfThese = (name: string): boolean => /^(ended|cut)\./.test(name);
    const names = await readdir(home.path);
    await store.sweep();
    expect(await readdir(home.path)).toEqual(names.filter(isOfThese));
    await Promise.all([again?.remove(), killed?.remove()]);
    expect(await readdir(home.path)).toEqual([]);
    await cut.remove();
  });

  it('brings to disk what was little when it closes, and nothing of what was removed', async () => {
    await using home = await temporaryFolder();
    const store = await Store.open(home.path, 2 ** 30, testLog);
    const outputs = Array.from({ length: 20 }, (_, at) => store.begin(`run-${at}`));
    for (const output of outputs) output.append('stdout', Buffer.from('little'));
    const silent = store.begin('silent');
    await Promise.all([...outputs, silent].map((output) => output.close()));
    await outputs[3]?.remove();
    await store.close();
    expect(await readdir(home.path)).toHaveLength(19);
    const next = await Store.open(home.path, 2 ** 30, testLog);
    const again = await next.reopen('run-7');
    expect(again && (await textOf(again))).toBe('little(end)');
    expect(await next.reopen('run-3')).toBeUndefined();
  });

  it('says why an output of an earlier life cannot be read', async () => {
    await using home = await temporaryFolder();
    await mkdir(join(home.path, 'run.0'));
    const store = await Store.open(home.path, 2 ** 30, testLog);
    await expect(store.reopen('run')).rejects.toMatchObject({ code: 'EISDIR' });
  });

  it('brings to disk what is in the making when it closes', async () => {
    await using home = await temporaryFolder();
    const store = await Store.open(home.path, 2 ** 30, testLog);
    const output = store.begin('run');
    output.append('stdout', Buffer.from('x'.repeat(10_000)));
    using reader = output.read(0);
    await store.close();
    expect(await readdir(home.path)).toEqual(['run.0']);
    expect((await all(reader)).stdout).toHaveLength(10_005);
  });
});
