import type { Channel } from './piece.ts';
import { Reader } from './reader.ts';
import type { Segments, Stretch } from './segments.ts';
import { Tail } from './tail.ts';

/** Bytes that a program may be ahead of whoever it waits for. */
const AHEAD = 512 * 1024;

/** Bytes of an output in memory: what is read as it comes needs no disk. */
const MEMORY = 1024 * 1024;

/** The same of one that has ended, and is not on disk. */
const REMEMBERED = 16 * 1024;

/** Bytes that may wait for the disk: a program that prints faster than that waits too. */
const UNWRITTEN = 4 * 1024 * 1024;

export interface OutputSettings {
  /** Where it is kept, besides what is in memory. */
  readonly file?: Segments;
  /** Bytes that the program may be ahead of whoever has read most, also while nobody reads. */
  readonly wait?: number;
}

/**
 * What a program prints, both outputs in the order in which it came, from where the oldest was cut to where the next byte
 * will be. Any number of readers follow it, each at its own pace.
 */
export class Output {
  readonly #tail = new Tail();
  readonly #file: Segments | undefined;
  readonly #wait: number | undefined;
  readonly #readers = new Set<Reader>();
  readonly #ends = new Map<Channel, number>();
  /** The place that whoever the program waits for has read to. */
  #mark = 0;
  #written = 0;
  #writing: Promise<void> | undefined;
  #isClosed = false;
  #isHurried = false;
  #changed: PromiseWithResolvers<void> | undefined;
  #room: PromiseWithResolvers<void> | undefined;

  constructor({ file, wait }: OutputSettings = {}) {
    this.#file = file;
    this.#wait = wait;
  }

  /** The place of the first byte that is kept. */
  get from(): number {
    return this.#file ? this.#file.start : this.#tail.start;
  }

  /** The place of the next byte to come. */
  get to(): number {
    return this.#tail.end;
  }

  /** The program waits for whoever reads it, also while nobody does. */
  get waits(): boolean {
    return this.#wait !== undefined;
  }

  /** Nothing more comes. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Where a channel has ended, if it has. */
  endOf(channel: Channel): number | undefined {
    return this.#isClosed ? this.to : this.#ends.get(channel);
  }

  append(channel: Channel, bytes: Uint8Array): void {
    this.#tail.add(channel, bytes);
    void this.#write();
    this.#trim();
    this.#wake();
  }

  /** Nothing more comes on a channel. */
  end(channel: Channel): void {
    this.#ends.set(channel, this.to);
    this.#wake();
  }

  /** Nothing more comes at all. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wake();
    while (this.#file && this.#written < this.to) await this.#write();
    await this.#file?.close();
    this.#trim();
  }

  /** True while the program should print no more. */
  get isFull(): boolean {
    if (this.#isHurried) return false;
    if (this.#file && this.to - this.#written >= UNWRITTEN) return true;
    const paced = this.#readers.values().some(({ paces }) => paces);
    const ahead = paced ? AHEAD : this.#wait;
    return ahead !== undefined && this.to - this.#mark >= ahead;
  }

  /** The program is being ended: it waits for nobody any more. */
  hurry(): void {
    this.#isHurried = true;
    this.#release();
  }

  /** Resolves once there is room again. */
  async room(): Promise<void> {
    while (this.isFull && !this.#isClosed) {
      this.#room ??= Promise.withResolvers();
      await this.#room.promise;
    }
  }

  /** Resolves with the next change. */
  changed(): Promise<void> {
    this.#changed ??= Promise.withResolvers();
    return this.#changed.promise;
  }

  /** Reads from a place on. @param paces whether the program waits for this reader. */
  read(from: number, paces = false): Reader {
    const reader = new Reader(this, from, paces, () => this.#moved(reader));
    this.#readers.add(reader);
    if (paces) this.#moved(reader);
    return reader;
  }

  /** What is there at a place: in memory as one piece, or on disk. Undefined at the end. */
  at(place: number): { piece: NonNullable<ReturnType<Tail['find']>> } | { file: AsyncGenerator<Stretch> } | undefined {
    if (place < this.#tail.start && this.#file) return { file: this.#file.read(place) };
    const piece = this.#tail.find(place);
    return piece && { piece };
  }

  async remove(): Promise<void> {
    await this.close().catch(() => {});
    await this.#file?.remove();
  }

  #moved(reader: Reader): void {
    if (reader.isClosed && this.#readers.delete(reader)) this.#wake();
    if (reader.isClosed) this.#trim();
    if (reader.paces || this.#wait !== undefined) this.#mark = Math.max(this.#mark, reader.place);
    this.#release();
  }

  #release(): void {
    if (this.isFull && !this.#isClosed) return;
    this.#room?.resolve();
    this.#room = undefined;
  }

  #wake(): void {
    this.#changed?.resolve();
    this.#changed = undefined;
    if (this.#isClosed) this.#release();
  }

  /** What came while the last of it was written is written together. */
  #write(): Promise<void> {
    this.#writing ??= this.#writeNext().finally(() => {
      this.#writing = undefined;
      if (this.#file && this.#written < this.to && !this.#isClosed) void this.#write();
    });
    return this.#writing;
  }

  async #writeNext(): Promise<void> {
    if (!this.#file) return;
    const pieces = this.#tail.from(this.#written, this.#file.most);
    const stretches = pieces.map(({ channel, at, bytes }) => {
      const from = Math.max(at, this.#written);
      return { channel, at: from, bytes: bytes.subarray(from - at) };
    });
    await this.#file.append(stretches);
    this.#written = this.#file.end;
    this.#trim();
    this.#release();
  }

  /** Of what is kept on disk, nothing that is not there yet is dropped. */
  #trim(): void {
    const isOver = this.#isClosed && this.#readers.size === 0;
    const most = isOver ? (this.#file ? 0 : REMEMBERED) : MEMORY;
    const until = this.#file ? this.#written : Infinity;
    while (this.#tail.cost > most && this.#tail.drop(until));
  }
}
