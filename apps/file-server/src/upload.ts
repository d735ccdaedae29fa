import { constants } from 'node:fs';
import { link, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { ProtocolError } from '@sextant/protocol/errors';
import type { FileEntry } from '@sextant/protocol/file';
import { digester } from './digest.ts';
import { explain } from './reasons.ts';
import { entryOf, type Root } from './root.ts';

/** What a client means to put where. */
export interface UploadPlan {
  path: string;
  sizeBytes?: number | undefined;
  digest?: string | undefined;
  overwrite: boolean;
}

/** Bytes read at a time to verify what was written. */
const READ_BYTES = 1024 * 1024;

/** One file on its way in: written beside the served files, then put in its place in one step. */
export class Upload {
  readonly #file: string;
  readonly #plan: UploadPlan;
  readonly #handle: FileHandle;
  #offset: number;
  /** One step after the other, whoever asks. */
  #last: Promise<unknown> = Promise.resolve();
  #over = false;

  private constructor(file: string, plan: UploadPlan, handle: FileHandle, offset: number) {
    this.#file = file;
    this.#plan = plan;
    this.#handle = handle;
    this.#offset = offset;
  }

  static async open(file: string, plan: UploadPlan): Promise<Upload> {
    const { O_CREAT, O_NOFOLLOW, O_RDWR } = constants;
    const handle = await told(open(file, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600), plan.path);
    return new Upload(file, plan, handle, (await handle.stat()).size);
  }

  /** Bytes that are there already. */
  get offset(): number {
    return this.#offset;
  }

  /** True once it is published or dropped. */
  get over(): boolean {
    return this.#over;
  }

  write(offset: number, bytes: Uint8Array): Promise<number> {
    return this.#next(async () => {
      if (offset !== this.#offset) {
        throw new ProtocolError('offset_mismatch', `This upload goes on at ${this.#offset}.`, { offset: this.#offset });
      }
      this.#checkSize(offset + bytes.length);
      await this.#append(bytes);
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

  async #append(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const writing = this.#handle.write(bytes, at, bytes.length - at, this.#offset);
      const { bytesWritten } = await told(writing, this.#plan.path);
      at += bytesWritten;
      this.#offset += bytesWritten;
    }
  }

  async #verify(expected: string | undefined): Promise<string> {
    const actual = await digestOf(this.#handle, expected);
    if (expected === undefined || actual === expected) return actual;
    await rm(this.#file, { force: true });
    await this.#end();
    throw new ProtocolError(
      'checksum_mismatch',
      'What arrived has another digest; nothing was published. Send it again.',
    );
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
    await this.#handle.close();
  }
}

/** What the system refuses, in the words of the client's path. */
function told<T>(work: Promise<T>, path: string): Promise<T> {
  return work.catch((error: unknown) => {
    throw explain(error, path);
  });
}

async function digestOf(handle: FileHandle, like: string | undefined): Promise<string> {
  const hash = digester(like);
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  for (let at = 0; ;) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return hash.digest();
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
}
