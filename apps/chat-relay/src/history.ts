import type { ChatItem } from '@sextant/protocol/chat';

/** An item and its JSON: serialised once, however many read it. */
export interface Entry {
  readonly item: ChatItem;
  readonly json: string;
}

/** Bytes of JSON one room may keep: with as many rooms as there may be, a quarter of a GiB. */
const MAX_BYTES = 1024 * 1024;

/** The numbered past of one room, the newest items of it. Numbers begin at 1 and have no gaps. */
export class History {
  readonly #maxItems: number;
  #entries: Entry[] = [];
  #bytes = 0;
  #lastSeq = 0;

  constructor(maxItems: number) {
    this.#maxItems = maxItems;
  }

  /** The number of the newest item; 0 before the first. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  append(event: Omit<ChatItem, 'seq' | 'at'>): Entry {
    this.#lastSeq += 1;
    const item = { seq: this.#lastSeq, ...event, at: new Date().toISOString() };
    const entry = { item, json: JSON.stringify(item) };
    this.#entries.push(entry);
    this.#bytes += entry.json.length;
    this.#forget();
    return entry;
  }

  /** What is kept of the items above a number. */
  since(seq: number): readonly Entry[] {
    return this.#entries.slice(Math.max(0, seq + 1 - this.#firstSeq));
  }

  /** The numbers above `seq` that are gone, if any. */
  gapAfter(seq: number): { from: number; to: number } | undefined {
    return seq + 1 < this.#firstSeq ? { from: seq + 1, to: this.#firstSeq - 1 } : undefined;
  }

  /** The number of the oldest item that is kept, or of the next one to come. */
  get #firstSeq(): number {
    return this.#lastSeq - this.#entries.length + 1;
  }

  /** Drops the oldest, in batches: shifting one by one would cost the length of the history each time. */
  #forget(): void {
    if (this.#entries.length <= this.#maxItems * 1.25 && this.#bytes <= MAX_BYTES) return;
    const half = this.#bytes > MAX_BYTES ? Math.ceil(this.#entries.length / 2) : 0;
    const dropped = this.#entries.splice(0, Math.max(half, this.#entries.length - this.#maxItems));
    for (const { json } of dropped) this.#bytes -= json.length;
  }
}
