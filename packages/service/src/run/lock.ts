import { accessSync, closeSync, constants, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const SQLITE_BUSY = 5;
/** Says which process has the lock beside it. */
const NOTE = 'lock.pid';

/** The process that has a folder, as far as can be told. */
export function holderOf(folder: string): number | undefined {
  return readNote(join(folder, NOTE));
}

/** Another process has the folder. */
export class FolderTaken extends Error {
  override readonly name = 'FolderTaken';
}

/** A folder that this process has for itself. */
export interface LockedFolder extends Disposable {
  readonly path: string;
}

/**
 * Keeps the first so many of some folders that nobody has.
 * @throws what `lockFolder` throws for the last of them; none is kept then.
 */
export function lockFirst(folders: Iterable<string>, count: number): LockedFolder[] {
  using kept = new DisposableStack();
  const locks: LockedFolder[] = [];
  let refusal: Error = new Error(`${count} folders are wanted; there are fewer`);
  for (const folder of folders) {
    try {
      locks.push(kept.use(lockFolder(folder)));
      if (locks.length < count) continue;
      kept.move();
      return locks;
    } catch (error) {
      if (!(error instanceof FolderTaken)) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

/** What opens the locks that this process has: also what keeps them from the garbage collector, which would open them. */
const held = new Set<() => void>();

function releaseAll(): void {
  for (const release of held) release();
}

/**
 * Makes a folder if it is missing, and keeps it for this process alone until it is disposed of. The lock is the system's
 * own: it is free again however the process ends.
 * @throws Error in words for people, if another process has it or the folder cannot be used.
 */
export function lockFolder(folder: string): LockedFolder {
  const file = join(folder, 'lock');
  const note = join(folder, NOTE);
  prepare(folder, file);
  const database = lock(folder, file, note);
  leaveNote(note);
  const release = (): void => {
    if (!held.delete(release)) return;
    if (held.size === 0) process.off('exit', releaseAll);
    removeNote(note);
    database.close();
  };
  if (held.size === 0) process.on('exit', releaseAll);
  held.add(release);
  return { path: folder, [Symbol.dispose]: release };
}

/** The system's own words for what is wrong are better than those of SQLite, so it makes no file itself. */
function prepare(folder: string, file: string): void {
  try {
    makeFolder(folder);
    // A file that is there is not opened: closing it would release the lock that another part of this process has on it.
    // Nobody else may read it, since even a reader can lock.
    unlessThere(() => closeSync(openSync(file, 'wx', 0o600)));
    accessSync(file, constants.R_OK | constants.W_OK);
  } catch (error) {
    throw new Error(`${folder} cannot be used: ${explain(error)}; choose another folder with --home`, { cause: error });
  }
}

/** Not `recursive`: that hides why it failed behind ENOENT on a read-only file system, and never ends below /proc. */
function makeFolder(folder: string): void {
  const make = (): void => unlessThere(() => mkdirSync(folder, { mode: 0o700 }));
  try {
    make();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(folder) === folder) throw error;
    makeFolder(dirname(folder));
    make();
  }
}

function unlessThere(make: () => void): void {
  try {
    make();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function lock(folder: string, file: string, note: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    // A journal on the disk would need room there, and outlive a process that is killed.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    if (Number((error as { errcode?: number }).errcode) === SQLITE_BUSY) throw taken(folder, note, error);
    throw new Error(`${file} cannot be locked: ${explain(error)}; choose another folder with --home`, { cause: error });
  }
}

function taken(folder: string, note: string, cause: unknown): FolderTaken {
  const pid = readNote(note);
  const holder = pid === undefined ? 'another instance' : `another instance (process ${pid})`;
  return new FolderTaken(`${folder} is in use by ${holder}; stop that one, or choose another folder with --home`, {
    cause,
  });
}

/** A courtesy to people: the lock holds without it, so a full disk is no reason not to start. */
function leaveNote(note: string): void {
  try {
    writeFileSync(note, `${process.pid} ${hostname()}\n`, { mode: 0o600 });
  } catch {
    removeNote(note);
  }
}

function removeNote(note: string): void {
  try {
    rmSync(note, { force: true });
  } catch {
    // It names a process that has ended, and is not believed then.
  }
}

/** The process that has the lock, if it can be told: on another host, or in another container, the number means nothing. */
function readNote(note: string): number | undefined {
  try {
    const [pid, host] = readFileSync(note, 'utf8').trimEnd().split(' ');
    const holder = Number(pid);
    return host === hostname() && isAlive(holder) ? holder : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid < 1) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function explain(error: unknown): string {
  if (!Error.isError(error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'its disk is full';
  if (code === 'EROFS') return 'its file system is read-only';
  if (code === 'EACCES' || code === 'EPERM') return 'it may not be written by this user';
  if (code === 'ENOTDIR' || code === 'EEXIST') return 'a part of its path is no folder';
  return error.message;
}
