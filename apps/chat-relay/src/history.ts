import type { ChatItem } from '@sextant/protocol/chat';

/** An item and its JSON: serialised once, however many read it. */
export interface Entry {
  readonly item: ChatItem;
  readonly json: string;
}

/** Bytes of JSON one room keeps at most: the 10,000 messages of a busy minute, several times. */
const ROOM_BYTES = 16 * 1024 * 1024;
/** Bytes of JSON all rooms keep at most. */
const ALL_BYTES = 256 * 1024 * 1024;

/** What the histories of all rooms weigh together. */
export interface Weight {
  bytes: number;
}

/** The numbered past of one room, the newest items of it. Numbers begin at 1 and have no gaps. */
export class History {
  readonly #maxItems: number;
  readonly #all: Weight;
  #entries: Entry[] = [];
  #bytes = 0;
  #lastSeq = 0;

  constructor(maxItems: number, all: Weight) {
    this.#maxItems = maxItems;
    this.#all = all;
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
    this.#weigh(entry.json.length);
    if (this.#isFull)
      this.#forget(Math.max(this.#entries.length - this.#maxItems, Math.ceil(this.#entries.length / 8)));
    return entry;
  }

  /** What is kept of the items above a number. */
  since(seq: number): readonly Entry[] {
    return this.#entries.slice(Math.max(0, seq + 1 - this.#firstSeq));
  }

  /** The newest items below a number, `limit` at most, oldest first. */
  before(seq: number, limit: number): readonly Entry[] {
    const end = Math.max(0, Math.min(this.#entries.length, seq - this.#firstSeq));
    return this.#entries.slice(Math.max(0, end - limit), end);
  }

  /** The numbers above `seq` that are gone, if any. */
  gapAfter(seq: number): { from: number; to: number } | undefined {
    return seq + 1 < this.#firstSeq ? { from: seq + 1, to: this.#firstSeq - 1 } : undefined;
  }

  /** The number of the oldest item that is kept, or of the next one to come. */
  get #firstSeq(): number {
    return this.#lastSeq - this.#entries.length + 1;
  }

  get #isFull(): boolean {
    // Some more than it must keep, so that forgetting, which costs the length of the history, is rare.
    return this.#entries.length > this.#maxItems * 1.25 || this.#bytes > ROOM_BYTES || this.#all.bytes > ALL_BYTES;
  }

  /** Forgets everything. */
  clear(): void {
    this.#forget(this.#entries.length);
  }

  #forget(count: number): void {
    for (const { json } of this.#entries.splice(0, count)) this.#weigh(-json.length);
  }

  #weigh(bytes: number): void {
    this.#bytes += bytes;
    this.#all.bytes += bytes;
  }
}
