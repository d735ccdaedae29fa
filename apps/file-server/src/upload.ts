import { constants } from 'node:fs';
import { link, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { ProtocolError } from '@sextant/protocol/errors';
import type { FileEntry } from '@sextant/protocol/file';
import type { Disk } from './disk/disk.ts';
import { Following } from './disk/following.ts';
import { explain } from './reasons.ts';
import { entryOf, type Root } from './root.ts';

/** What a client means to put where. */
export interface UploadPlan {
  path: string;
  sizeBytes?: number | undefined;
  digest?: string | undefined;
  overwrite: boolean;
}

/** One file on its way in: written beside the served files, then put in its place in one step. */
export class Upload {
  readonly #file: string;
  readonly #plan: UploadPlan;
  readonly #handle: FileHandle;
  readonly #hasher: Disk;
  /** Hashes what is in the file, what came before a break included, while more comes. */
  #following: Following | undefined;
  #offset: number;
  /** One step after the other, whoever asks. */
  #last: Promise<unknown> = Promise.resolve();
  #over = false;

  private constructor(file: string, plan: UploadPlan, hasher: Disk, handle: FileHandle, offset: number) {
    this.#file = file;
    this.#plan = plan;
    this.#hasher = hasher;
    this.#handle = handle;
    this.#offset = offset;
  }

  static async open(file: string, plan: UploadPlan, hasher: Disk): Promise<Upload> {
    const { O_CREAT, O_NOFOLLOW, O_RDWR } = constants;
    const handle = await told(open(file, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600), plan.path);
    return new Upload(file, plan, hasher, handle, (await handle.stat()).size);
  }

  /** Bytes that are there already. */
  get offset(): number {
    return this.#offset;
  }

  /** True once it is published or dropped. */
  get over(): boolean {
    return this.#over;
  }

  /** Takes the pieces for its own: what has their memory for itself is gone when they are written. */
  write(offset: number, parts: readonly Uint8Array[]): Promise<number> {
    return this.#next(async () => {
      if (offset !== this.#offset) {
        throw new ProtocolError('offset_mismatch', `This upload goes on at ${this.#offset}.`, { offset: this.#offset });
      }
      this.#checkSize(offset + sum(parts));
      await this.#append(parts);
      this.#following ??= new Following(this.#hasher, this.#handle.fd, this.#plan.digest);
      this.#following.reached(this.#offset);
      return this.#offset;
    });
  }

  publish(root: Root, digest = this.#plan.digest): Promise<FileEntry & { digest: string }> {
    return this.#next(async () => {
      const { path, sizeBytes } = this.#plan;
      if (sizeBytes !== undefined && sizeBytes !== this.#offset) {
        throw new ProtocolError('offset_mismatch', `${sizeBytes} bytes were announced and ${this.#offset} came.`, {
          offset: this.#offset,
        });
      }
      const actual = await this.#verify(digest);
      await told(this.#handle.datasync(), path);
      const stats = await this.#handle.stat();
      await root.toWrite(path, (target, folder) => this.#put(target, folder));
      await this.#end();
      return { ...entryOf(path, stats), digest: actual };
    });
  }

  /** Drops what was written. */
  discard(): Promise<void> {
    return this.#queue(async () => {
      await rm(this.#file, { force: true });
      await this.#end();
    });
  }

  /** Keeps what was written, to be continued later. */
  close(): Promise<void> {
    return this.#queue(() => this.#end());
  }

  #next<T>(step: () => Promise<T>): Promise<T> {
    return this.#queue(() => {
      if (this.#over) throw new ProtocolError('not_found', 'This upload is over.');
      return step();
    });
  }

  #queue<T>(step: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(step);
    this.#last = turn.catch(() => {});
    return turn;
  }

  #checkSize(size: number): void {
    const { sizeBytes } = this.#plan;
    if (sizeBytes === undefined || size <= sizeBytes) return;
    throw new ProtocolError('quota', `${sizeBytes} bytes were announced; this would be ${size}.`);
  }

  async #append(parts: readonly Uint8Array[]): Promise<void> {
    for (let left = parts; sum(left) > 0;) {
      const writing = this.#handle.writev(left, this.#offset);
      const { bytesWritten } = await told(writing, this.#plan.path);
      this.#offset += bytesWritten;
      left = behind(left, bytesWritten);
    }
    for (const part of parts) release(part);
  }

  async #verify(expected: string | undefined): Promise<string> {
    const actual = await this.#digest(expected);
    if (expected === undefined || actual === expected) return actual;
    await rm(this.#file, { force: true });
    await this.#end();
    throw new ProtocolError(
      'checksum_mismatch',
      'What arrived has another digest; nothing was published. Send it again.',
    );
  }

  async #digest(like: string | undefined): Promise<string> {
    const following = this.#following;
    this.#following = undefined;
    const digest = await following?.digest(this.#offset);
    if (digest !== undefined && (like === undefined || kindOf(like) === kindOf(digest))) return digest;
    return new Following(this.#hasher, this.#handle.fd, like).digest(this.#offset);
  }

  /** Linking refuses a taken name, renaming replaces it; either way it happens whole or not at all. */
  async #put(target: string, folder: FileHandle): Promise<void> {
    if (this.#plan.overwrite) {
      await rename(this.#file, target);
    } else {
      await link(this.#file, target);
      await rm(this.#file);
    }
    await folder.sync();
  }

  async #end(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    await this.#following?.stop();
    await this.#handle.close();
  }
}

function sum(parts: readonly Uint8Array[]): number {
  return parts.reduce((bytes, part) => bytes + part.length, 0);
}

/**
 * Gives back the memory of a piece that has it for itself, and is looked at no more: to wait until it is found to be
 * garbage takes a fifth of the time of a large upload.
 */
function release({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

/** What follows so many bytes. */
function behind(parts: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let at = 0;
  return parts.flatMap((part) => {
    const begin = Math.min(part.length, Math.max(0, bytes - at));
    at += part.length;
    return begin === part.length ? [] : [part.subarray(begin)];
  });
}

/** What the system refuses, in the words of the client's path. */
function told<T>(work: Promise<T>, path: string): Promise<T> {
  return work.catch((error: unknown) => {
    throw explain(error, path);
  });
}

/** The algorithm in front. */
function kindOf(digest: string): string {
  return digest.slice(0, digest.indexOf(':'));
}
