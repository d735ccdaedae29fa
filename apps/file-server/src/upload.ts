import { constants } from 'node:fs';
import { link, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { ProtocolError } from '@sextant/protocol/errors';
import type { FileEntry } from '@sextant/protocol/file';
import type { Disk } from './disk/disk.ts';
import { Following } from './disk/following.ts';
import { NOT_HERE } from './disk/messages.ts';
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
  readonly #disk: Disk;
  /** Writes, and hashes what is in the file, what came before a break included. */
  #following: Following | undefined;
  #offset: number;
  /** Where the next is to begin: behind what is on its way to be written. */
  #sent: number;
  readonly #writing = new Set<Promise<number>>();
  /** One step after the other, whoever asks. */
  #last: Promise<unknown> = Promise.resolve();
  #over = false;

  private constructor(file: string, plan: UploadPlan, disk: Disk, handle: FileHandle, offset: number) {
    this.#file = file;
    this.#plan = plan;
    this.#disk = disk;
    this.#handle = handle;
    this.#offset = offset;
    this.#sent = offset;
  }

  static async open(file: string, plan: UploadPlan, disk: Disk): Promise<Upload> {
    const { O_CREAT, O_NOFOLLOW, O_RDWR } = constants;
    const handle = await told(open(file, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600), plan.path);
    return new Upload(file, plan, disk, handle, (await handle.stat()).size);
  }

  /** Bytes that are there already. */
  get offset(): number {
    return this.#offset;
  }

  /** True once it is published or dropped. */
  get over(): boolean {
    return this.#over;
  }

  /** Takes the pieces for its own. The next may follow before they are written. */
  async write(offset: number, parts: readonly Uint8Array[]): Promise<number> {
    const { written } = await this.#next(async () => ({ written: this.#begin(offset, parts) }));
    return await written;
  }

  publish(root: Root, digest = this.#plan.digest): Promise<FileEntry & { digest: string }> {
    return this.#next(async () => {
      await Promise.allSettled(this.#writing);
      const { path, sizeBytes } = this.#plan;
      if (sizeBytes !== undefined && sizeBytes !== this.#offset) {
        throw new ProtocolError('offset_mismatch', `${sizeBytes} bytes were announced and ${this.#offset} came.`, {
          offset: this.#offset,
        });
      }
      const actual = await this.#verify(digest);
      // What failed may have left some of it behind the end.
      await told(this.#handle.truncate(this.#offset), path);
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

  /** @throws ProtocolError where it cannot even begin. */
  #begin(offset: number, parts: readonly Uint8Array[]): Promise<number> {
    if (offset !== this.#sent) throw mismatch(this.#sent);
    const end = offset + sum(parts);
    this.#checkSize(end);
    this.#sent = end;
    const written = this.#append(offset, parts).finally(() => this.#writing.delete(written));
    this.#writing.add(written);
    return written;
  }

  async #append(offset: number, parts: readonly Uint8Array[]): Promise<number> {
    const following = (this.#following ??= new Following(this.#disk, this.#handle.fd, this.#plan.digest, offset));
    try {
      this.#offset = await following.write(offset, parts);
      return this.#offset;
    } catch (error) {
      // Those on their way behind it are refused; the first that comes to where it failed is written again.
      if (this.#following === following) {
        this.#following = undefined;
        this.#sent = this.#offset;
        await following.stop();
      }
      throw hasCode(error, NOT_HERE) ? mismatch(this.#offset) : explain(error, this.#plan.path);
    }
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
    return new Following(this.#disk, this.#handle.fd, like).digest(this.#offset);
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
    await Promise.allSettled(this.#writing);
    await this.#following?.stop();
    await this.#handle.close();
  }
}

function sum(parts: readonly Uint8Array[]): number {
  return parts.reduce((bytes, part) => bytes + part.length, 0);
}

function mismatch(offset: number): ProtocolError {
  return new ProtocolError('offset_mismatch', `This upload goes on at ${offset}.`, { offset });
}

function hasCode(error: unknown, code: string): boolean {
  return Error.isError(error) && 'code' in error && error.code === code;
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
