import type { Id } from '@sextant/protocol/envelope';
import { Batch } from '@sextant/service/session/batch';
import type { Entry } from './history.ts';

/** Whole lines, in pieces of memory that connections share. */
export interface Pieces {
  readonly pieces: readonly Uint8Array[];
  readonly count: number;
}

const LF = 0x0a;

/** What happened in a room in one turn of the event loop, for those who said some of it too. */
export class RoomBatch extends Batch<Entry> {
  /** Where in the batch somebody's own messages are. */
  #own: Map<string, number[]> | undefined;

  /** All of it, for whoever asked under this id. */
  piecesFor(id: Id): Pieces {
    const { bytes, count } = this.linesFor(id);
    return { pieces: [bytes], count };
  }

  /** All but the messages of one member. */
  piecesWithout(nick: string, id: Id): Pieces {
    this.#own ??= ownByNick(this.items);
    const own = this.#own.get(nick);
    if (!own) return this.piecesFor(id);
    const { bytes, count } = this.linesFor(id);
    return { pieces: cut(bytes, own), count: count - own.length };
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
