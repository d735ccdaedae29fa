import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from '@jest/globals';
import { lockFirst, lockFolder } from '../src/run/lock.ts';
import { temporaryFolder } from './temporary-folder.ts';

const PROGRAM = new URL('programs/hold-lock.ts', import.meta.url).pathname;
/** A file system of one's own takes a mount namespace, which not every machine gives. */
const itMounts = spawnSync('unshare', ['-rm', 'true']).status === 0 ? it : it.skip;

interface Outcome {
  held: number;
  refusals: { message: string; ms: number }[];
}

/** A process that tries to lock a folder. `await using` kills it with -9. */
async function holder(folder: string, tries = 1): Promise<Outcome & { child: ChildProcess } & AsyncDisposable> {
  const child = spawn(process.execPath, [PROGRAM, folder, String(tries)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  return { ...(JSON.parse(line) as Outcome), child, [Symbol.asyncDispose]: kill };
}

/** What comes of locking a folder of a file system that is full or read-only. */
function tryOn(mount: string): Outcome {
  using folder = temporaryFolder();
  const script = `${mount} && "$2" "$3" "$1/data" 1 once`;
  const args = ['-rm', 'sh', '-c', script, 'sh', folder.path, process.execPath, PROGRAM];
  return JSON.parse(spawnSync('unshare', args, { encoding: 'utf8' }).stdout) as Outcome;
}

describe('a folder that is locked', () => {
  it('is refused to every other process at once, 100 times of 100, with the process that has it', async () => {
    using folder = temporaryFolder();
    await using first = await holder(folder.path);
    await using second = await holder(folder.path, 100);
    expect([first.held, second.held, second.refusals.length]).toEqual([1, 0, 100]);
    expect(new Set(second.refusals.map(({ message }) => message))).toEqual(
      new Set([
        `${folder.path} is in use by another instance (process ${first.child.pid}); stop that one, or choose another folder with --home`,
      ]),
    );
    expect(Math.max(...second.refusals.map(({ ms }) => ms))).toBeLessThan(250);
  });

  it('has one holder of ten that start together', async () => {
    using folder = temporaryFolder();
    const holders = await Promise.all(Array.from({ length: 10 }, () => holder(folder.path)));
    expect(holders.reduce((sum, { held }) => sum + held, 0)).toBe(1);
    await Promise.all(holders.map((one) => one[Symbol.asyncDispose]()));
  });

  it('is free at once when its holder was killed with -9, ten times of ten', async () => {
    using folder = temporaryFolder();
    for (let round = 0; round < 10; round += 1) {
      await using killed = await holder(folder.path);
      expect(killed.held).toBe(1);
      await killed[Symbol.asyncDispose]();
      lockFolder(folder.path)[Symbol.dispose]();
    }
  });

  it('is refused to another part of the same process too, and free when it is disposed of', () => {
    using folder = temporaryFolder();
    const lock = lockFolder(folder.path);
    expect(() => lockFolder(folder.path)).toThrow('is in use by another instance');
    lock[Symbol.dispose]();
    lock[Symbol.dispose]();
    lockFolder(folder.path)[Symbol.dispose]();
  });

  it('names no process that it cannot be sure of', () => {
    using folder = temporaryFolder();
    using held = new DisposableStack();
    held.use(lockFolder(folder.path));
    const note = join(folder.path, 'lock.pid');
    expect(readFileSync(note, 'utf8')).toMatch(new RegExp(`^${process.pid} `));
    for (const text of ['', '1', `${process.pid} elsewhere`, `-1 ${'x'.repeat(1e6)}`, '2147483646 here']) {
      writeFileSync(note, text);
      expect(() => lockFolder(folder.path)).toThrow('is in use by another instance; stop that one');
    }
  });
});

describe('lockFirst', () => {
  it('keeps the first so many that nobody has, or none', () => {
    using folder = temporaryFolder();
    const listeners = process.listenerCount('exit');
    const all = Array.from({ length: 20 }, (_, at) => join(folder.path, String(at)));
    using held = new DisposableStack();
    held.use(lockFolder(all[1] ?? ''));
    const locks = lockFirst(all, 15);
    expect(locks.map(({ path }) => path)).toEqual([all[0], ...all.slice(2, 16)]);
    expect(process.listenerCount('exit')).toBeLessThanOrEqual(listeners + 1);
    expect(() => lockFirst(all, 5)).toThrow(`${all[15]} is in use by another instance`);
    for (const lock of lockFirst(all.slice(16), 4)) lock[Symbol.dispose]();
    for (const lock of locks) lock[Symbol.dispose]();
  });
});

describe('lockFolder', () => {
  it('makes the folders that are missing, for their owner only', () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'a', 'b');
    using held = new DisposableStack();
    held.use(lockFolder(path));
    const modes = [join(folder.path, 'a'), path, join(path, 'lock'), join(path, 'lock.pid')].map((made) =>
      (statSync(made).mode & 0o777).toString(8),
    );
    expect(modes).toEqual(['700', '700', '600', '600']);
  });

  it('leaves no note behind', () => {
    using folder = temporaryFolder();
    lockFolder(folder.path)[Symbol.dispose]();
    expect(existsSync(join(folder.path, 'lock.pid'))).toBe(false);
  });

  it('says what is wrong with a path', () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'file');
    writeFileSync(file, '');
    expect(() => lockFolder(join(file, 'data'))).toThrow(
      `${file}/data cannot be used: a part of its path is no folder; choose another folder with --home`,
    );
    writeFileSync(join(folder.path, 'lock'), 'no database '.repeat(100));
    expect(() => lockFolder(folder.path)).toThrow('lock cannot be locked: file is not a database');
  });

  itMounts('says that a disk is full', () => {
    const full = 'mount -t tmpfs -o nr_inodes=2 none "$1" && cd "$1" && mkdir data';
    expect(tryOn(full).refusals[0]?.message).toMatch(
      /data cannot be used: its disk is full; choose another folder with --home$/,
    );
  });

  itMounts('locks on a disk that is full but for a name', () => {
    const full = 'mount -t tmpfs -o size=4k none "$1" && cd "$1" && { cat /dev/zero > fill || true; } 2>&-';
    expect(tryOn(full)).toEqual({ held: 1, refusals: [] });
  });

  itMounts('says that a file system is read-only, a lock in it or not', () => {
    const readOnly = (made: string): string =>
      `mount -t tmpfs none "$1" && cd "$1" && ${made} && mount -o remount,ro "$1"`;
    const message = /data cannot be used: its file system is read-only; choose another folder with --home$/;
    for (const made of ['true', 'mkdir data', 'mkdir data && touch data/lock']) {
      expect(tryOn(readOnly(made)).refusals[0]?.message).toMatch(message);
    }
  });
});
