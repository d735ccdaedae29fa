import type { Segments } from './segments.ts';
import type { Tail } from './tail.ts';

/** Bytes that may wait for the disk: a program that prints faster than that waits too. */
const UNWRITTEN = 4 * 1024 * 1024;

/** Told of what happens on the disk. */
export interface DiskEvents {
  /** Something was written, or given up. */
  moved(): void;
  /** The disk takes nothing; told once. */
  failed(error: unknown): void;
  /** The place up to which may be cut. */
  cuttable(): number;
}

/**
 * Brings an output from memory to disk: what came while the last of it was written is written together. What the disk does
 * not take is lost, and the program goes on.
 */
export class Disk {
  readonly segments: Segments;
  readonly #tail: Tail;
  readonly #events: DiskEvents;
  /** The place up to which nothing is to be written any more. */
  #done: number;
  #writing: Promise<void> | undefined;
  #hasFailed = false;

  constructor(tail: Tail, segments: Segments, events: DiskEvents) {
    this.#tail = tail;
    this.segments = segments;
    this.#done = tail.start;
    this.#events = events;
  }

  /** What is before this need not be in memory. */
  get done(): number {
    return this.#done;
  }

  /** True while it is too far behind. */
  get isFull(): boolean {
    return this.#tail.end - this.#done >= UNWRITTEN;
  }

  /** Something came. */
  wake(): void {
    this.#writing ??= this.#write();
  }

  /** Writes what is left, and `rest` behind it. */
  async close(rest: string): Promise<void> {
    this.wake();
    await this.#writing;
    await this.segments.close(rest).catch((error: unknown) => this.#fail(error));
  }

  async #write(): Promise<void> {
    while (this.#done < this.#tail.end) {
      const stretches = this.#tail.from(this.#done, this.segments.most);
      const last = stretches.at(-1);
      if (!last) break;
      await this.segments.append(stretches).catch((error: unknown) => this.#fail(error));
      this.#done = last.at + last.bytes.length;
      this.segments.cut(this.#events.cuttable());
      this.#events.moved();
    }
    this.#writing = undefined;
  }

  #fail(error: unknown): void {
    if (!this.#hasFailed) this.#events.failed(error);
    this.#hasFailed = true;
  }
}
