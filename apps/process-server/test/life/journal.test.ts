import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createLog } from '@sextant/service/observe/log';
import { temporaryFolder } from '@sextant/testing/rig';
import { Journal } from '../../src/life/journal.ts';
import { readPast } from '../../src/life/past.ts';
import { entryOf } from './entries.ts';

const log = createLog('test', 'silent');

/** A journal in a folder of its own. */
async function place(): Promise<{ path: string } & AsyncDisposable> {
  const folder = await temporaryFolder();
  return { path: join(folder.path, 'runs.jsonl'), [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

describe('a journal', () => {
  it('tells what was written to it, the end of a run in place of its beginning', async () => {
    await using at = await place();
    const journal = new Journal(at.path, log, () => [entryOf(1)]);
    journal.write({ starting: 'id-2' });
    journal.write(entryOf(2, { ended: false }));
    journal.write(entryOf(3, { ended: false }));
    journal.write({ run: entryOf(2).run });
    journal.write({ starting: 'id-4' });
    const past = readPast(at.path);
    expect(past.entries).toEqual([entryOf(1), entryOf(2), entryOf(3, { ended: false })]);
    expect([...past.ids].sort()).toEqual(['id-1', 'id-2', 'id-3', 'id-4']);
    expect(past).toMatchObject({ boot: expect.any(String), unread: 0 });
    expect(statSync(at.path).mode & 0o777).toBe(0o600);
  });

  it('tells that all has ended well', async () => {
    await using at = await place();
    const journal = new Journal(at.path, log, () => [entryOf(1)]);
    journal.close();
    expect(readPast(at.path)).toMatchObject({ entries: [entryOf(1)], boot: undefined });
    journal.write(entryOf(2));
    expect(readPast(at.path).entries).toHaveLength(1);
  });

  it('is read up to where it was torn, and behind what is no line of it', async () => {
    await using at = await place();
    const lines = [entryOf(1), 'nonsense', { run: { id: 3 } }, entryOf(2)].map((line) => JSON.stringify(line));
    writeFileSync(at.path, [...lines, '\0\0\0', JSON.stringify(entryOf(3)).slice(0, -20)].join('\n'));
    expect(readPast(at.path)).toMatchObject({ entries: [entryOf(1), entryOf(2)], unread: 4 });
  });

  it('stays small', async () => {
    await using at = await place();
    const journal = new Journal(at.path, log, () => [entryOf(1)]);
    for (let number = 0; number < 20_000; number += 1) journal.write(entryOf(number));
    expect(statSync(at.path).size).toBeLessThan(1_200_000);
    expect(readFileSync(at.path, 'utf8').split('\n')[1]).toBe(JSON.stringify(entryOf(1)));
  });

  it('is done without where it cannot be written', async () => {
    await using at = await place();
    mkdirSync(at.path);
    const journal = new Journal(at.path, log, () => []);
    journal.write(entryOf(1));
    journal.close();
    expect(() => readPast(at.path)).toThrow('EISDIR');
    rmSync(at.path, { recursive: true });
    expect(readPast(at.path)).toMatchObject({ entries: [], unread: 0 });
  });

  it('goes on with the old one where it cannot be written anew', async () => {
    await using at = await place();
    writeFileSync(at.path, `${JSON.stringify(entryOf(1))}\n{"torn`);
    mkdirSync(`${at.path}.next`);
    const journal = new Journal(at.path, log, () => []);
    journal.write(entryOf(2));
    expect(readPast(at.path)).toMatchObject({ entries: [entryOf(1), entryOf(2)], unread: 1 });
  });
});
