import type { Output } from './output.ts';
import type { Channel, Piece } from './piece.ts';
import type { Stretch } from './segments.ts';

/** What a reader comes to next: bytes, the end of a channel, or places that are not kept any more. */
export type Part =
  | { readonly channel: Channel; readonly bytes: Uint8Array; readonly piece?: Piece }
  | { readonly channel: Channel; readonly end: true }
  | { readonly gap: { readonly from: number; readonly to: number } };

const CHANNELS: readonly Channel[] = ['stdout', 'stderr'];

/** Goes through an output from one place on, and with it as it grows. */
export class Reader implements Disposable {
  readonly #output: Output;
  readonly #moved: () => void;
  readonly #ended = new Set<Channel>();
  #paces: boolean;
  #place: number;
  #file: AsyncGenerator<Stretch> | undefined;
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
   * What comes next, as far as `until`; undefined when nothing more can come, or it was closed. Bytes are dealt with when
   * the next are asked for; whoever keeps a piece for longer holds it.
   */
  async next(until = Infinity): Promise<Part | undefined> {
    while (!this.#isClosed) {
      const ended = CHANNELS.find((channel) => !this.#ended.has(channel) && this.#isAtEndOf(channel));
      if (ended) {
        this.#ended.add(ended);
        return { channel: ended, end: true };
      }
      if (this.#place >= until) return undefined;
      const part = await this.#bytes();
      if (part) return part;
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
    void this.#file?.return(undefined);
    this.#moved();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #isAtEndOf(channel: Channel): boolean {
    const end = this.#output.endOf(channel);
    return end !== undefined && this.#place >= end;
  }

  async #bytes(): Promise<Part | undefined> {
    const stretch = await this.#fromFile();
    if (stretch) return stretch;
    const { from } = this.#output;
    if (this.#place < from) {
      const gap = { from: this.#place, to: from - 1 };
      this.#place = from;
      return { gap };
    }
    const found = this.#output.at(this.#place);
    if (!found) return undefined;
    if ('file' in found) {
      this.#file = found.file;
      return this.#fromFile();
    }
    const { piece } = found;
    return { channel: piece.channel, bytes: piece.bytes.subarray(this.#place - piece.at), piece };
  }

  async #fromFile(): Promise<Part | undefined> {
    if (!this.#file) return undefined;
    const { done, value } = await this.#file.next();
    if (!done && value.at === this.#place) return value;
    void this.#file.return(undefined);
    this.#file = undefined;
    return undefined;
  }
}
