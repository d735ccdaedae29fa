import type { Id } from '@sextant/protocol/envelope';
import { itemLines } from '@sextant/service/session/item-lines';
import type { Entry } from './history.ts';

/** Frames as one connection gets them: whole ones, in pieces of memory that it shares with others. */
export interface Frames {
  readonly pieces: readonly Uint8Array[];
  readonly count: number;
}

const LF = 0x0a;

/**
 * What happened in a room in a turn of the event loop or two. It is put into frames once for all members that asked under one
 * id, and not once for each: they share the bytes.
 */
export class Batch {
  readonly #entries: Entry[] = [];
  readonly #byId = new Map<Id, Frames & { readonly bytes: Buffer }>();
  /** Where in the batch somebody's own messages are. */
  #own: Map<string, number[]> | undefined;
  #length = 0;

  /** Characters of JSON. */
  get length(): number {
    return this.#length;
  }

  get size(): number {
    return this.#entries.length;
  }

  get firstSeq(): number {
    return this.#entries[0]?.seq ?? 0;
  }

  get lastSeq(): number {
    return this.#entries.at(-1)?.seq ?? 0;
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
    this.#length += entry.json.length;
  }

  /** What is numbered above `seq`. */
  after(seq: number): readonly Entry[] {
    return this.#entries.slice(Math.max(0, seq + 1 - this.firstSeq));
  }

  /** All of it, for whoever asked under this id. */
  framesFor(id: Id): Frames {
    return this.#encoded(id);
  }

  /** All but the messages of one member. */
  framesWithout(nick: string, id: Id): Frames {
    const all = this.#encoded(id);
    const own = this.#ownOf(nick);
    return own ? { pieces: cut(all.bytes, own), count: all.count - own.length } : all;
  }

  #encoded(id: Id): Frames & { readonly bytes: Buffer } {
    const known = this.#byId.get(id);
    if (known) return known;
    const items = this.#entries.map(({ json }) => json);
    const bytes = Buffer.from(itemLines(id, items));
    const made = { bytes, pieces: [bytes], count: items.length };
    this.#byId.set(id, made);
    return made;
  }

  #ownOf(nick: string): readonly number[] | undefined {
    this.#own ??= ownByNick(this.#entries);
    return this.#own.get(nick);
  }
}

function ownByNick(entries: readonly Entry[]): Map<string, number[]> {
  const own = new Map<string, number[]>();
  for (const [at, { author }] of entries.entries()) {
    if (author === undefined) continue;
    const places = own.get(author);
    if (places) places.push(at);
    else own.set(author, [at]);
  }
  return own;
}

/** Lines without those at some places, in pieces between them. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  const missing = new Set(places);
  let from = 0;
  let end = 0;
  for (let line = 0; end < bytes.length; line += 1) {
    const begin = end;
    end = bytes.indexOf(LF, begin) + 1;
    if (!missing.has(line)) continue;
    if (begin > from) pieces.push(bytes.subarray(from, begin));
    from = end;
  }
  if (end > from) pieces.push(bytes.subarray(from));
  return pieces;
}
