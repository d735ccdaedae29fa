import { Piece, type Channel } from './piece.ts';
import type { Stretch } from './records.ts';

/** Pieces that were dropped before the array is made anew. */
const DROPPED = 1024;

/** The end of an output, in memory. */
export class Tail {
  #pieces: Piece[] = [];
  /** Of those, how many are dropped already. */
  #dropped = 0;
  #cost = 0;
  #end: number;

  /** @param end the place of the first byte to come. */
  constructor(end = 0) {
    this.#end = end;
  }

  /** The place of the first byte. */
  get start(): number {
    return this.#pieces[this.#dropped]?.at ?? this.#end;
  }

  /** The place after the last byte. */
  get end(): number {
    return this.#end;
  }

  /** Bytes of memory. */
  get cost(): number {
    return this.#cost;
  }

  add(channel: Channel, bytes: Uint8Array): void {
    const last = this.#pieces.length > this.#dropped ? this.#pieces.at(-1) : undefined;
    const before = last?.cost ?? 0;
    if (last?.channel === channel && last.grow(bytes)) this.#cost += last.cost - before;
    else {
      const piece = new Piece(channel, this.#end, bytes);
      this.#pieces.push(piece);
      this.#cost += piece.cost;
    }
    this.#end += bytes.length;
  }

  /** Drops the first piece, if it ends there or before. */
  drop(until: number): boolean {
    const first = this.#pieces[this.#dropped];
    if (!first || first.end > until) return false;
    this.#dropped += 1;
    this.#cost -= first.cost;
    first.release();
    if (this.#dropped < DROPPED && this.#dropped < this.#pieces.length) return true;
    this.#pieces = this.#pieces.slice(this.#dropped);
    this.#dropped = 0;
    return true;
  }

  /** The piece that has the byte at a place. */
  find(at: number): Piece | undefined {
    return this.#pieces[this.#indexOf(at)];
  }

  /** What is there from a place on, up to so many bytes; a piece at least, where there is any. */
  from(at: number, most: number): Stretch[] {
    const found: Stretch[] = [];
    for (let index = this.#indexOf(at); index < this.#pieces.length; index += 1) {
      const piece = this.#pieces[index];
      if (!piece || (found.length > 0 && piece.end - at > most)) break;
      const from = Math.max(at, piece.at);
      found.push({ channel: piece.channel, at: from, bytes: piece.bytes.subarray(from - piece.at) });
    }
    return found;
  }

  #indexOf(at: number): number {
    let [low, high] = [this.#dropped, this.#pieces.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#pieces[middle]?.end ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
