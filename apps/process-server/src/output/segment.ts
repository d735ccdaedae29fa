import { open, rm, type FileHandle } from 'node:fs/promises';
import { encode } from './record.ts';
import type { RecordFile, Stretch } from './records.ts';

/** One file of an output: records, only ever added to. */
export class Segment implements RecordFile {
  readonly path: string;
  readonly start: number;
  #end: number;
  #size: number;
  #file: FileHandle | undefined;

  constructor(path: string, { start, end = start, size = 0 }: { start: number; end?: number; size?: number }) {
    this.path = path;
    this.start = start;
    this.#end = end;
    this.#size = size;
  }

  /** @throws the system's error. */
  static async create(path: string, start: number): Promise<Segment> {
    const segment = new Segment(path, { start });
    segment.#file = await open(path, 'w', 0o600);
    return segment;
  }

  /** The place after the last byte that is written. */
  get end(): number {
    return this.#end;
  }

  /** Bytes on disk. */
  get size(): number {
    return this.#size;
  }

  /** @throws the system's error; what was written of it does not count then. */
  async append(stretches: readonly Stretch[]): Promise<void> {
    await this.#write(encode(stretches));
    const last = stretches.at(-1);
    if (last) this.#end = last.at + last.bytes.length;
  }

  /** Writes what stands behind all records. @throws the system's error. */
  async conclude(text: string): Promise<void> {
    await this.#write([Buffer.from(`\0${text}`)]);
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  async remove(): Promise<void> {
    await this.close().catch(() => {});
    await rm(this.path, { force: true });
  }

  async #write(parts: readonly Uint8Array[]): Promise<void> {
    if (!this.#file) throw new Error('a segment that takes nothing more');
    for (let left = parts; left.length > 0;) {
      const { bytesWritten } = await this.#file.writev(left);
      if (bytesWritten === 0) throw Object.assign(new Error('nothing was written'), { code: 'EIO' });
      this.#size += bytesWritten;
      left = behind(left, bytesWritten);
    }
  }
}

/** What is left of them after so many bytes. */
function behind(parts: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  let passed = bytes;
  for (const [at, part] of parts.entries()) {
    if (passed < part.length) return [part.subarray(passed), ...parts.slice(at + 1)];
    passed -= part.length;
  }
  return [];
}
