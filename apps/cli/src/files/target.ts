import { link, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ProtocolError } from '@sextant/protocol/errors';
import { localError } from './local.ts';

/** Writes at a time, so that disk and network work side by side. */
const WRITES = 8;

/** A file of this machine that is being received, beside its place until it is whole. Disposing drops what is not kept. */
export class Target implements AsyncDisposable {
  readonly #path: string;
  readonly #temporary: string;
  readonly #overwrite: boolean;
  readonly #handle: FileHandle;
  readonly #writing: Promise<void>[] = [];

  private constructor(path: string, temporary: string, overwrite: boolean, handle: FileHandle) {
    this.#path = path;
    this.#temporary = temporary;
    this.#overwrite = overwrite;
    this.#handle = handle;
  }

  /** @throws ProtocolError `exists` if something is there that must not be replaced, or why nothing can be written there. */
  static async open(path: string, overwrite: boolean): Promise<Target> {
    await check(path, overwrite);
    const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
    const handle = await open(temporary, 'w').catch((error: unknown) => {
      throw localError(path, error);
    });
    return new Target(path, temporary, overwrite, handle);
  }

  /** Forgets what came so far. */
  async restart(): Promise<void> {
    await Promise.allSettled(this.#writing.splice(0));
    await this.#handle.truncate(0);
  }

  /** Writes bytes at an offset, several at a time; resolves when more may follow, fails if any before failed. */
  async write(bytes: Uint8Array, at: number): Promise<void> {
    if (this.#writing.length >= WRITES) await this.#writing.shift();
    const write = this.#writeAll(bytes, at);
    // The oldest is awaited first; one behind it may fail meanwhile.
    write.catch(() => {});
    this.#writing.push(write);
  }

  /** Puts it in its place. */
  async keep(): Promise<void> {
    try {
      await Promise.all(this.#writing);
      await (this.#overwrite ? rename(this.#temporary, this.#path) : linkOrRename(this.#temporary, this.#path));
    } catch (error) {
      throw localError(this.#path, error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#writing);
    await this.#handle.close();
    await rm(this.#temporary, { force: true });
  }

  async #writeAll(bytes: Uint8Array, at: number): Promise<void> {
    for (let from = 0; from < bytes.length;) {
      const { bytesWritten } = await this.#handle
        .write(bytes, from, bytes.length - from, at + from)
        .catch((error: unknown) => {
          throw localError(this.#path, error);
        });
      from += bytesWritten;
    }
  }
}

async function check(path: string, overwrite: boolean): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory()) throw new ProtocolError('exists', `${path} is a folder here.`);
  if (there && !overwrite) throw new ProtocolError('exists', `${path} is here already; --overwrite replaces it.`);
}

/** Linking refuses a name that was taken meanwhile; some disks, such as memory sticks, know no links. */
async function linkOrRename(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'ENOSYS'].includes(String((error as NodeJS.ErrnoException).code))) throw error;
    await rename(from, to);
  }
}
