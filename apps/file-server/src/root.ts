import { constants, type Dirent, type Stats } from 'node:fs';
import { access, lstat, mkdir, open, readdir, realpath, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileEntry } from '@sextant/protocol/file';
import { explain, notFound, unservable } from './reasons.ts';
import { splitPath, UPLOADS_FOLDER } from './path.ts';
import { placeOf } from './place.ts';

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;

/**
 * The served folder. A path is walked name by name from an open descriptor, never through a symbolic link, so no name and
 * no race with one leads out of it. Where the system has no such descriptors (not Linux), each step is checked by path
 * instead, which someone who can write below the folder by other means could race.
 */
export class Root {
  readonly #folder: string;
  readonly #handle: FileHandle;

  private constructor(folder: string, handle: FileHandle) {
    this.#folder = folder;
    this.#handle = handle;
  }

  static async open(folder: string): Promise<Root> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const real = await realpath(folder);
    return new Root(real, await open(real, O_RDONLY | O_DIRECTORY));
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  /** Why nothing can be put here now, if it cannot. */
  async unready(): Promise<string[]> {
    try {
      await access(this.#folder, constants.R_OK | constants.W_OK);
      return [];
    } catch (error) {
      const code = Error.isError(error) && 'code' in error ? String(error.code) : 'unknown reason';
      return [`the served folder cannot be written (${code})`];
    }
  }

  /** Where the operating system finds the served folder; for what the service itself puts there. */
  get folder(): string {
    return this.#folder;
  }

  /** The open descriptor that every path begins at. */
  get fd(): number {
    return this.#handle.fd;
  }

  stat(path: string): Promise<FileEntry> {
    if (path === '') return this.#handle.stat().then((stats) => entryOf('', stats));
    return this.#inParent(path, async (parent, name) => {
      const stats = await lstat(join(parent, name));
      if (!stats.isFile() && !stats.isDirectory()) throw unservable(path);
      return entryOf(path, stats);
    });
  }

  /** The files and folders in a folder, ordered by name; links, pipes and the like are passed over. */
  async list(path: string): Promise<string[]> {
    return this.#walk(path, splitPath(path), false, async (folder) =>
      (await readdir(folder, { withFileTypes: true }))
        .filter((entry) => isServed(entry) && !(path === '' && entry.name === UPLOADS_FOLDER))
        .map((entry) => entry.name)
        .sort(),
    );
  }

  /** Hands over the place of a path to be written: its folder, made where it is missing, and its name there. */
  toWrite<T>(path: string, act: (target: string, folder: FileHandle) => Promise<T>): Promise<T> {
    const names = splitPath(path);
    const name = names.pop() ?? '';
    return this.#walk(path, names, true, (parent, handle) => act(join(parent, name), handle));
  }

  #inParent<T>(path: string, act: (parent: string, name: string) => Promise<T>): Promise<T> {
    const names = splitPath(path);
    const name = names.pop();
    if (name === undefined) throw unservable(path);
    return this.#walk(path, names, false, (parent) => act(parent, name));
  }

  /** Goes from folder to folder, each opened from the one before, and acts in the last. */
  async #walk<T>(
    path: string,
    names: readonly string[],
    make: boolean,
    act: (folder: string, handle: FileHandle) => Promise<T>,
  ): Promise<T> {
    let handle = this.#handle;
    let place = placeOf(handle.fd, this.#folder);
    try {
      for (const name of names) {
        const next = await openFolder(join(place, name), make);
        if (handle !== this.#handle) await handle.close();
        handle = next;
        place = placeOf(handle.fd, join(place, name));
      }
      return await act(place, handle);
    } catch (error) {
      throw explain(error, path);
    } finally {
      if (handle !== this.#handle) await handle.close();
    }
  }
}

export function entryOf(path: string, stats: Stats): FileEntry {
  return {
    name: path.slice(path.lastIndexOf('/') + 1),
    path,
    type: stats.isDirectory() ? 'directory' : 'file',
    sizeBytes: stats.isDirectory() ? 0 : stats.size,
    modifiedAt: stats.mtime.toISOString(),
  };
}

async function openFolder(path: string, make: boolean): Promise<FileHandle> {
  try {
    return await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  } catch (error) {
    if (!make || !notFound(error)) throw error;
    await mkdir(path, { mode: 0o700 }).catch((failure: NodeJS.ErrnoException) => {
      if (failure.code !== 'EEXIST') throw failure;
    });
    return open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  }
}

function isServed(entry: Dirent): boolean {
  return entry.isFile() || entry.isDirectory();
}
