import { open, rm, type FileHandle } from 'node:fs/promises';
import type { Channel } from './piece.ts';
import { header, HEADER, parseHeader } from './record.ts';

/** Files that an output is kept in, so that its oldest part can be cut. */
const SEGMENTS = 16;

/** Bytes read of a file at a time. */
const READ = 256 * 1024;

/** Bytes that are written together at most. */
const TOGETHER = 1024 * 1024;

/** Bytes of an output and their place in it. */
export interface Stretch {
  readonly channel: Channel;
  readonly at: number;
  readonly bytes: Uint8Array;
}

interface Segment {
  readonly start: number;
  readonly path: string;
  end: number;
}

/** An output on disk: files of records, each named by the place of its first byte. Only ever added to, the oldest removed. */
export class Segments {
  readonly #path: string;
  readonly #keepBytes: number;
  readonly #segments: Segment[] = [];
  #file: FileHandle | undefined;

  private constructor(path: string, keepBytes: number) {
    this.#path = path;
    this.#keepBytes = keepBytes;
  }

  /** @param path what the names of its files begin with. */
  static async create(path: string, keepBytes: number): Promise<Segments> {
    const segments = new Segments(path, keepBytes);
    await segments.#begin(0);
    return segments;
  }

  /** The place of the first byte that is kept. */
  get start(): number {
    return this.#segments[0]?.start ?? 0;
  }

  /** The place after the last one that is written. */
  get end(): number {
    return this.#segments.at(-1)?.end ?? 0;
  }

  /** Bytes that should be added at a time. */
  get most(): number {
    return Math.min(TOGETHER, this.#keepBytes / SEGMENTS);
  }

  /** Adds what comes next. One at a time. */
  async append(stretches: readonly Stretch[]): Promise<void> {
    const [first] = stretches;
    if (!first) return;
    let segment = this.#segments.at(-1);
    if (!segment || segment.end - segment.start >= this.#keepBytes / SEGMENTS) {
      segment = await this.#begin(first.at);
    }
    await this.#file?.writev(stretches.flatMap(({ channel, bytes }) => [header(channel, bytes.length), bytes]));
    segment.end = stretches.reduce((_, { at, bytes }) => at + bytes.length, segment.end);
    await this.#cut();
  }

  /** What is written from a place on, up to where it ends now. */
  async *read(from: number): AsyncGenerator<Stretch> {
    const until = this.end;
    for (let at = from; at < until;) {
      const segment = this.#segments.find(({ end }) => end > at);
      // It was cut meanwhile.
      if (!segment || segment.start > at) return;
      for await (const stretch of readRecords(segment)) {
        const end = stretch.at + stretch.bytes.length;
        if (end <= at) continue;
        yield { ...stretch, at, bytes: stretch.bytes.subarray(at - stretch.at) };
        at = end;
        if (at >= until) return;
      }
    }
  }

  /** Nothing more is added. */
  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  async remove(): Promise<void> {
    await this.close();
    await Promise.all(this.#segments.splice(0).map(({ path }) => rm(path, { force: true })));
  }

  async #begin(start: number): Promise<Segment> {
    await this.close();
    const path = `${this.#path}.${start}`;
    this.#file = await open(path, 'wx', 0o600);
    const segment = { start, path, end: start };
    this.#segments.push(segment);
    return segment;
  }

  async #cut(): Promise<void> {
    for (let next = this.#segments[1]; next && this.end - next.start >= this.#keepBytes; next = this.#segments[1]) {
      const [oldest] = this.#segments.splice(0, 1);
      if (oldest) await rm(oldest.path, { force: true });
    }
  }
}

/** The records of a file; long ones in parts. What is written meanwhile may be among them. */
async function* readRecords({ path, start }: Segment): AsyncGenerator<Stretch> {
  await using file = await open(path);
  let at = start;
  let position = 0;
  for (;;) {
    const head = await readAt(file, position, HEADER);
    const record = head.length === HEADER ? parseHeader(head) : undefined;
    if (!record) return;
    position += HEADER;
    for (let left = record.length; left > 0;) {
      const bytes = await readAt(file, position, Math.min(left, READ));
      if (bytes.length === 0) return;
      yield { channel: record.channel, at, bytes };
      at += bytes.length;
      position += bytes.length;
      left -= bytes.length;
    }
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}
