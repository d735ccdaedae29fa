import { ProtocolError } from '@sextant/protocol/errors';
import { codeOf } from '../launch/reasons.ts';
import type { Held } from './block.ts';
import type { Output } from './output.ts';
import type { Channel } from './piece.ts';
import { readRecords, type HeldStretch } from './records.ts';
import type { Segment } from './segment.ts';

/** What a reader comes to next: bytes, the end of a channel, or places that are not kept any more. */
export type Part =
  | { readonly channel: Channel; readonly bytes: Uint8Array; readonly held: Held }
  | { readonly channel: Channel; readonly end: true }
  | { readonly gap: { readonly from: number; readonly to: number } };

const CHANNELS: readonly Channel[] = ['stdout', 'stderr'];

/** The system's words for: not now. */
const BUSY: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN']);

/** Part of a file that is being read. */
interface Reading {
  readonly stretches: AsyncGenerator<HeldStretch>;
  /** The place up to which it has bytes, unless it is damaged. */
  readonly until: number;
}

/** Goes through an output from one place on, and with it as it grows. */
export class Reader implements Disposable {
  readonly #output: Output;
  readonly #moved: () => void;
  readonly #ended = new Set<Channel>();
  #paces: boolean;
  #place: number;
  #reading: Reading | undefined;
  #held: Held | undefined;
  #isClosed = false;

  constructor(output: Output, from: number, paces: boolean, moved: () => void) {
    this.#output = output;
    this.#paces = paces;
    this.#place = from;
    this.#moved = moved;
  }

  /** The place of the byte that comes next, all before it being dealt with. */
  get place(): number {
    return this.#place;
  }

  /** The program waits for it. */
  get paces(): boolean {
    return this.#paces;
  }

  /** The program waits for it no more. */
  watch(): void {
    this.#paces = false;
    this.#moved();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * What comes next, as far as `until`; undefined when nothing more can come, or it was closed. Bytes stay until the next are
   * asked for; whoever keeps them for longer holds them.
   * @throws ProtocolError `busy` if a file cannot be opened now.
   */
  async next(until = Infinity): Promise<Part | undefined> {
    this.#letGo();
    while (!this.#isClosed) {
      const ended = CHANNELS.find((channel) => !this.#ended.has(channel) && this.#isAtEndOf(channel));
      if (ended) {
        this.#ended.add(ended);
        return { channel: ended, end: true };
      }
      if (this.#place >= until) return undefined;
      const part = (await this.#fromFile(until)) ?? this.#fromOutput(until);
      if (part) return part;
      if (this.#reading) continue;
      if (this.#output.isClosed && this.#place >= this.#output.to) {
        if (this.#ended.size === CHANNELS.length) return undefined;
        continue;
      }
      await this.#output.changed();
    }
    return undefined;
  }

  /** So many bytes are dealt with. */
  passed(bytes: number): void {
    this.#place += bytes;
    this.#moved();
  }

  close(): void {
    this.#isClosed = true;
    this.#letGo();
    this.#stop();
    this.#moved();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #isAtEndOf(channel: Channel): boolean {
    const end = this.#output.endOf(channel);
    return end !== undefined && this.#place >= end;
  }

  /** From memory; or begins to read a file. */
  #fromOutput(until: number): Part | undefined {
    const found = this.#output.at(this.#place);
    if (!found || this.#isClosed) return undefined;
    if ('gap' in found) return this.#missing(found.gap);
    if ('segment' in found) {
      this.#reading = readingOf(found.segment, this.#place);
      return undefined;
    }
    const { piece } = found;
    const bytes = piece.bytes.subarray(this.#place - piece.at, until - piece.at);
    return this.#give({ channel: piece.channel, bytes, held: piece });
  }

  async #fromFile(until: number): Promise<Part | undefined> {
    const reading = this.#reading;
    if (!reading) return undefined;
    const stretch = await nextOf(reading);
    if (this.#isClosed) return undefined;
    if (stretch?.at === this.#place) {
      const { channel, bytes, held } = stretch;
      return this.#give({ channel, bytes: bytes.subarray(0, until - this.#place), held });
    }
    this.#stop();
    if (this.#place >= reading.until) return undefined;
    // It is damaged, or somebody has removed it. What is in memory is there all the same.
    const found = this.#output.at(this.#place);
    return found && 'segment' in found ? this.#missing(Math.min(reading.until, this.#output.memory)) : undefined;
  }

  #give<Bytes extends Part & { held: Held }>(part: Bytes): Bytes {
    part.held.hold();
    this.#held = part.held;
    return part;
  }

  #missing(to: number): Part {
    const gap = { from: this.#place, to: to - 1 };
    this.#place = to;
    this.#moved();
    return { gap };
  }

  #letGo(): void {
    this.#held?.release();
    this.#held = undefined;
  }

  #stop(): void {
    void this.#reading?.stretches.return(undefined).catch(() => {});
    this.#reading = undefined;
  }
}

function readingOf(segment: Segment, place: number): Reading {
  const until = segment.end;
  return { stretches: readRecords(segment, place, until), until };
}

/** @throws ProtocolError `busy` */
async function nextOf({ stretches }: Reading): Promise<HeldStretch | undefined> {
  try {
    const { done, value } = await stretches.next();
    return done ? undefined : value;
  } catch (error) {
    if (!BUSY.has(codeOf(error))) return undefined;
    throw new ProtocolError('busy', 'The service cannot open the output now: it has too many files open. Try again.', {
      reason: codeOf(error),
      retry: 'safe',
    });
  }
}
