import { Piece, type Channel } from './piece.ts';

/** Pieces that were dropped before the array is made anew. */
const DROPPED = 1024;

/** The end of an output, in memory. */
export class Tail {
  #pieces: Piece[] = [];
  /** Of those, how many are dropped already. */
  #dropped = 0;
  #cost = 0;
  #end = 0;

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
    let [low, high] = [this.#dropped, this.#pieces.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#pieces[middle]?.end ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return this.#pieces[low];
  }

  /** Those from a place on, up to so many bytes; one at least, where there is any. */
  from(at: number, most: number): Piece[] {
    const first = this.find(at);
    if (!first) return [];
    const found = [first];
    for (let next = this.find(first.end); next && next.end - at <= most; next = this.find(next.end)) found.push(next);
    return found;
  }
}
