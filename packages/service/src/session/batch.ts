import type { Id } from '@sextant/protocol/envelope';
import { itemLines } from './item-lines.ts';

/** One item of a resumable stream, and its JSON: serialised once, however many read it. */
export interface NumberedItem {
  readonly seq: number;
  readonly json: string;
}

/** Whole frames in one piece of memory, which several connections send. */
export interface Lines {
  readonly bytes: Buffer;
  readonly count: number;
}

/** Of the items of a batch, those that some of its readers want; `name` tells one choice from another. */
export interface Choice<Item> {
  readonly name: string;
  takes(item: Item): boolean;
}

/** Characters of JSON that are not held until the end of a turn: all that read are looked after for each so many. */
const LENGTH = 64 * 1024;

/**
 * What happened in one turn of the event loop. It is put into frames once for all that asked for the same under the same
 * id, and not once for each: they share the bytes.
 */
export class Batch<Item extends NumberedItem> {
  readonly items: Item[] = [];
  /** By the name of the choice, then by id. */
  readonly #lines = new Map<string, Map<Id, Lines>>();
  #length = 0;

  get size(): number {
    return this.items.length;
  }

  /** True once it should not wait for more. */
  get isFull(): boolean {
    return this.#length > LENGTH;
  }

  get firstSeq(): number {
    return this.items[0]?.seq ?? 0;
  }

  get lastSeq(): number {
    return this.items.at(-1)?.seq ?? 0;
  }

  add(item: Item): void {
    this.items.push(item);
    this.#length += item.json.length;
  }

  /** What is numbered above `seq`. */
  after(seq: number): readonly Item[] {
    return this.items.slice(Math.max(0, seq + 1 - this.firstSeq));
  }

  /** All of it, or a choice, for whoever asked under this id. */
  linesFor(id: Id, choice?: Choice<Item>): Lines {
    const name = choice?.name ?? '';
    let byId = this.#lines.get(name);
    if (!byId) this.#lines.set(name, (byId = new Map()));
    const known = byId.get(id);
    if (known) return known;
    const chosen = choice ? this.items.filter((item) => choice.takes(item)) : this.items;
    const json = chosen.map((item) => item.json);
    const made = { bytes: Buffer.from(itemLines(id, json)), count: json.length };
    byId.set(id, made);
    return made;
  }
}
