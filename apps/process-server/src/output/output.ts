import type { OutputFacts } from '@sextant/protocol/process-schemas';
import { Bell } from './bell.ts';
import { beyond } from './beyond.ts';
import type { Digest } from './digest.ts';
import { Disk } from './disk.ts';
import { writeEnding, type Ending } from './ending.ts';
import type { Keeper, OutputSettings } from './keeper.ts';
import { Marks } from './marks.ts';
import type { Channel, Piece } from './piece.ts';
import { Reader } from './reader.ts';
import type { Segment } from './segment.ts';
import type { Segments } from './segments.ts';
import { Tail } from './tail.ts';

/** Bytes of an output in memory: what is read as it comes needs no disk. */
const MEMORY = 1024 * 1024;

/** The same of one that has ended, and is not on disk. A thousand of them are remembered. */
const REMEMBERED = 4 * 1024;

/** Milliseconds that whoever reads it has for the end of an output before it leaves the memory. */
const LINGER_MS = 1000;

/** What is at a place: in memory, in a file, or nothing up to where something is kept again. */
export type Found = { readonly piece: Piece } | { readonly segment: Segment } | { readonly gap: number };

/**
 * What a program prints, both outputs in the order in which it came, from where the oldest was cut to where the next byte
 * will be. Any number of readers follow it, each at its own pace.
 */
export class Output {
  #tail = new Tail();
  #disk: Disk | undefined;
  readonly #keeper: Keeper;
  readonly #takeIn: Digest | undefined;
  readonly #marks: Marks;
  readonly #wait: number | undefined;
  readonly #readers = new Set<Reader>();
  readonly #changed = new Bell();
  readonly #room = new Bell();
  /** Nobody reads any more. */
  readonly #left = new Bell();
  readonly #ends = new Map<Channel, number>();
  #digest: string | undefined;
  #isClosed = false;
  #isHurried = false;
  #isRemoved = false;
  #settling: Promise<void> | undefined;

  constructor({ segments, wait, digest, keeper = {} }: OutputSettings = {}) {
    this.#keeper = keeper;
    this.#takeIn = digest;
    this.#wait = wait;
    this.#marks = new Marks(wait);
    if (segments) this.#disk = this.#diskOf(segments);
  }

  /** One that has ended, from its files. */
  static ended(segments: Segments, { to, digest, ...ends }: Ending, keeper: Keeper): Output {
    const output = new Output({ keeper });
    output.#tail = new Tail(to);
    output.#disk = output.#diskOf(segments);
    output.#ends.set('stdout', ends.stdout).set('stderr', ends.stderr);
    output.#digest = digest;
    output.#isClosed = true;
    output.#settling = Promise.resolve();
    return output;
  }

  /** One that has ended, and of which nothing is kept but where it did. */
  static lost(to: number): Output {
    const output = new Output();
    output.#tail = new Tail(to);
    void output.close();
    return output;
  }

  /** The place of the first byte that is kept. */
  get from(): number {
    return Math.min(this.#disk?.segments.start ?? Infinity, this.#tail.start);
  }

  /** The place of the next byte to come. */
  get to(): number {
    return this.#tail.end;
  }

  /** The program waits for whoever reads it, also while nobody does. */
  get waits(): boolean {
    return this.#wait !== undefined;
  }

  /** The place from which on it is in memory. */
  get memory(): number {
    return this.#tail.start;
  }

  /** Nothing more comes. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** What is told of it. */
  get facts(): OutputFacts {
    return { from: this.from, to: this.to, ...(this.#digest !== undefined && { digest: this.#digest }) };
  }

  /** Bytes on disk. */
  get size(): number {
    return this.#disk?.segments.size ?? 0;
  }

  /** Places from which on it can be read without reading what is before, upwards. */
  get starts(): number[] {
    return [...new Set([...(this.#disk?.segments.starts ?? []), this.#tail.start])];
  }

  /** Where a channel has ended, if it has. */
  endOf(channel: Channel): number | undefined {
    return this.#ends.get(channel) ?? (this.#isClosed ? this.to : undefined);
  }

  append(channel: Channel, bytes: Uint8Array): void {
    if (this.#isClosed) return;
    this.#takeIn?.update(bytes);
    this.#tail.add(channel, bytes);
    this.#disk?.wake();
    this.#trim();
    this.#wake();
  }

  /** Nothing more comes on a channel. */
  end(channel: Channel): void {
    this.#ends.set(channel, this.to);
    this.#wake();
  }

  /** Nothing more comes at all. Resolves once all is where it stays; whoever reads needs not wait for that. */
  close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#digest = this.#takeIn?.digest();
      this.#wake();
    }
    this.#settling ??= this.#settle();
    return this.#settling;
  }

  /** True while the program should print no more. */
  get isFull(): boolean {
    if (this.#disk?.isFull) return true;
    return !this.#isHurried && this.#marks.isAhead(this.to, this.#readers);
  }

  /** The program is being ended: it waits for no reader any more. */
  hurry(): void {
    this.#isHurried = true;
    this.#left.ring();
    this.#release();
  }

  /** Resolves once there is room again. */
  async room(): Promise<void> {
    while (this.isFull && !this.#isClosed) await this.#room.heard();
  }

  /** Resolves with the next change. */
  changed(): Promise<void> {
    return this.#changed.heard();
  }

  /**
   * Reads from a place on.
   * @param paces whether the program waits for this reader.
   * @throws ProtocolError `invalid_params` if nothing of it is there yet.
   */
  read(from: number, paces = false): Reader {
    if (from > this.to) throw beyond(from, this.to);
    const reader = new Reader(this, from, paces, () => this.#moved(reader));
    this.#readers.add(reader);
    if (paces) this.#moved(reader);
    return reader;
  }

  /** What is there at a place; undefined at the end. */
  at(place: number): Found | undefined {
    if (place >= this.to) return undefined;
    const piece = place < this.#tail.start ? undefined : this.#tail.find(place);
    if (piece) return { piece };
    const segment = this.#disk?.segments.find(place);
    if (segment && segment.start <= place) return { segment };
    return { gap: Math.min(segment?.start ?? Infinity, this.#tail.start) };
  }

  /** One that has ended goes to disk, where it is in memory alone. */
  async save(): Promise<void> {
    if (!this.#disk && !this.#isRemoved && this.#tail.cost > 0) await this.#spill();
  }

  /** Nothing of it is kept on disk any more. */
  async discard(): Promise<void> {
    await this.#disk?.segments.remove();
  }

  async remove(): Promise<void> {
    this.#isRemoved = true;
    this.#keeper.removed?.(this);
    await this.close();
    await this.discard();
  }

  #diskOf(segments: Segments): Disk {
    return new Disk(this.#tail, segments, {
      moved: () => {
        this.#trim();
        this.#release();
      },
      failed: (error) => this.#keeper.failed?.(error),
      cuttable: () => (this.#wait === undefined || this.#isHurried ? Infinity : this.#marks.read - this.#wait),
    });
  }

  #moved(reader: Reader): void {
    this.#marks.move(reader);
    if (reader.isClosed && this.#readers.delete(reader)) {
      this.#wake();
      if (this.#readers.size === 0) this.#left.ring();
    }
    this.#release();
  }

  #release(): void {
    if (this.#room.isAwaited && (this.#isClosed || !this.isFull)) this.#room.ring();
  }

  #wake(): void {
    this.#changed.ring();
    if (this.#isClosed) this.#release();
  }

  /** Of what is kept on disk, nothing that is not there yet is dropped. */
  #trim(most = MEMORY): void {
    const until = this.#disk ? this.#disk.done : Infinity;
    while (this.#tail.cost > most && this.#tail.drop(until));
  }

  /** What is little stays in memory, and the rest leaves it once it was read, or soon. */
  async #settle(): Promise<void> {
    await this.#disk?.close(writeEnding(this.#ending));
    const isLittle = !this.#disk && (this.#tail.cost <= REMEMBERED || this.#isRemoved);
    if (!isLittle) {
      await this.#leave();
      if (!this.#disk) await this.#spill();
      if (this.#disk) this.#trim(0);
    }
    if (!this.#isRemoved) this.#keeper.settled?.(this);
  }

  get #ending(): Ending {
    const [stdout, stderr] = [this.#ends.get('stdout') ?? this.to, this.#ends.get('stderr') ?? this.to];
    return { to: this.to, stdout, stderr, digest: this.#digest };
  }

  async #spill(): Promise<void> {
    try {
      const segments = await this.#keeper.spill?.(this.#tail.start);
      if (segments) this.#disk = this.#diskOf(segments);
    } catch (error) {
      this.#keeper.failed?.(error);
    }
    if (this.#disk) await this.#disk.close(writeEnding(this.#ending));
    else this.#trim(REMEMBERED);
  }

  /** Resolves when nobody reads it any more, or after a while. */
  async #leave(): Promise<void> {
    if (this.#readers.size === 0 || this.#isHurried) return;
    const timer = setTimeout(() => this.#left.ring(), LINGER_MS).unref();
    await this.#left.heard();
    clearTimeout(timer);
  }
}
