import { endOf, type Stretch } from './records.ts';
import { Segment } from './segment.ts';

/** Files that an output is kept in, so that its oldest part can be cut. */
const SEGMENTS = 16;

/** Bytes of one of them at most: to find a place in it, that much is read. */
const SEGMENT = 16 * 1024 * 1024;

/** Bytes that are written together at most. */
const TOGETHER = 1024 * 1024;

/** What was found of an output in its files. */
export interface Found {
  readonly segments: Segments;
  /** What stands behind its last byte, if it came to its end. */
  readonly rest: string;
}

/**
 * An output on disk: files of records, each named by the place of its first byte, the oldest of which is cut. Places between
 * them are of what could not be written.
 */
export class Segments {
  readonly #path: string;
  readonly #keepBytes: number;
  readonly #each: number;
  #segments: Segment[] = [];
  #current: Segment | undefined;
  #removing: Promise<unknown> = Promise.resolve();
  #isRemoved = false;

  private constructor(path: string, keepBytes: number) {
    this.#path = path;
    this.#keepBytes = keepBytes;
    this.#each = Math.min(SEGMENT, keepBytes / SEGMENTS);
  }

  /**
   * @param path what the names of its files begin with.
   * @throws the system's error.
   */
  static async create(path: string, keepBytes: number, start = 0): Promise<Segments> {
    const segments = new Segments(path, keepBytes);
    await segments.#begin(start);
    return segments;
  }

  /** One that was made before, and takes nothing more. @throws the system's error. */
  static async reopen(path: string, files: readonly { start: number; size: number }[]): Promise<Found> {
    const segments = new Segments(path, Infinity);
    const sorted = files.toSorted((a, b) => a.start - b.start);
    const last = sorted.at(-1);
    const { end, rest } = last ? await endOf({ ...last, path: `${path}.${last.start}` }) : { end: 0, rest: '' };
    segments.#segments = sorted.map(
      (file, at) => new Segment(`${path}.${file.start}`, { ...file, end: sorted[at + 1]?.start ?? end }),
    );
    return { segments, rest };
  }

  /** The place of the first byte that is kept; undefined if nothing is. */
  get start(): number | undefined {
    const [first] = this.#segments;
    return first && first.end > first.start ? first.start : undefined;
  }

  /** The places at which its files begin, upwards. */
  get starts(): number[] {
    return this.#segments.map(({ start }) => start);
  }

  /** The place after the last byte that is kept. */
  get end(): number {
    return this.#segments.at(-1)?.end ?? 0;
  }

  /** Bytes on disk. */
  get size(): number {
    return this.#segments.reduce((sum, { size }) => sum + size, 0);
  }

  /** Bytes that should be added at a time. */
  get most(): number {
    return Math.min(TOGETHER, this.#each);
  }

  /**
   * Adds what comes next. One at a time.
   * @throws the system's error: then it is not there, and what comes after it may be.
   */
  async append(stretches: readonly Stretch[]): Promise<void> {
    const [first] = stretches;
    if (!first || this.#isRemoved) return;
    const current = this.#current;
    const isFull = current && (current.end - current.start >= this.#each || current.end !== first.at);
    try {
      const segment = current && !isFull ? current : await this.#begin(first.at);
      await segment.append(stretches);
    } catch (error) {
      await this.#abandon();
      if (!this.#isRemoved) throw error;
    }
  }

  /** Cuts the oldest of what is more than is to be kept, up to a place. */
  cut(until: number): void {
    for (let next = this.#segments[1]; next && next.start <= until; next = this.#segments[1]) {
      if (this.end - next.start < this.#keepBytes) return;
      this.#remove(this.#segments.splice(0, 1));
    }
  }

  /** The one that has a place, or else the next one. */
  find(place: number): Segment | undefined {
    return this.#segments.find(({ start, end }) => end > place && end > start);
  }

  /** Nothing more is added. @param rest what is to stand behind the last byte. @throws the system's error. */
  async close(rest: string): Promise<void> {
    try {
      await this.#current?.conclude(rest);
    } finally {
      await this.#stop();
    }
  }

  /** Nothing of it is kept from now on. Resolves when it is gone from the disk. */
  async remove(): Promise<void> {
    this.#isRemoved = true;
    this.#current = undefined;
    this.#remove(this.#segments.splice(0));
    await this.#removing;
  }

  async #begin(start: number): Promise<Segment> {
    await this.#stop();
    const segment = await Segment.create(`${this.#path}.${start}`, start);
    if (this.#isRemoved) this.#remove([segment]);
    else this.#segments.push(segment);
    this.#current = segment;
    return segment;
  }

  /** The one that could not be written to. */
  async #abandon(): Promise<void> {
    await this.#stop().catch(() => {});
    const last = this.#segments.at(-1);
    if (last && last.end === last.start) this.#remove(this.#segments.splice(-1));
  }

  async #stop(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    await current?.close();
  }

  /** What cannot be removed is removed when the service is started next. */
  #remove(segments: readonly Segment[]): void {
    const removing = segments.map((segment) => segment.remove().catch(() => {}));
    if (removing.length > 0) this.#removing = Promise.all([this.#removing, ...removing]);
  }
}
