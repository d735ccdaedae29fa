import type { ChatItem } from '@sextant/protocol/chat';

/** An item by its JSON: serialised once, however many read it, and no more of it kept than that takes. */
export interface Entry {
  readonly seq: number;
  readonly at: string;
  /** Who said it; none of what is no message. */
  readonly author: string | undefined;
  readonly json: string;
}

/** Characters of JSON one room keeps at most: the 10,000 messages of a busy minute, several times. */
const ROOM_LENGTH = 16 * 1024 * 1024;
/** Characters of JSON all rooms keep at most. */
const ALL_LENGTH = 256 * 1024 * 1024;

/** The histories of all rooms, and what they weigh together. */
export class Histories {
  readonly #all = new Set<History>();
  length = 0;

  add(history: History): void {
    this.#all.add(history);
  }

  delete(history: History): void {
    this.#all.delete(history);
  }

  /** Who keeps most gives way, so that a quiet room loses nothing to a loud one. */
  relieve(): void {
    if (this.length <= ALL_LENGTH) return;
    const heaviest = [...this.#all].reduce((a, b) => (b.length > a.length ? b : a));
    heaviest.forgetOldest();
  }
}

/** The numbered past of one room, the newest items of it. Numbers begin at 1 and have no gaps. */
export class History {
  readonly #maxItems: number;
  readonly #all: Histories;
  #entries: Entry[] = [];
  #length = 0;
  #lastSeq: number;
  #at = '';
  #atMs = 0;

  /** `lastSeq`: the number that the items of an earlier life of this room ended with. */
  constructor(maxItems: number, all: Histories, lastSeq = 0) {
    this.#maxItems = maxItems;
    this.#all = all;
    this.#lastSeq = lastSeq;
    all.add(this);
  }

  /** The number of the newest item; 0 before the first. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  append(event: Omit<ChatItem, 'seq' | 'at'>): Entry {
    this.#lastSeq += 1;
    const seq = this.#lastSeq;
    const at = this.#now();
    const { type, from, text } = event;
    const author = type === 'message' ? from : undefined;
    const entry = { seq, at, author, json: JSON.stringify({ seq, type, from, text, at }) };
    this.#entries.push(entry);
    this.#weigh(entry.json.length);
    if (this.#isFull) this.forgetOldest();
    this.#all.relieve();
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

  /** Characters of JSON that are kept. */
  get length(): number {
    return this.#length;
  }

  /** Forgets some more than it must, so that forgetting, which costs the length of the history, is rare. */
  forgetOldest(): void {
    this.#forget(Math.max(this.#entries.length - this.#maxItems, Math.ceil(this.#entries.length / 8)));
  }

  /** Forgets everything, for good. */
  clear(): void {
    this.#forget(this.#entries.length);
    this.#all.delete(this);
  }

  /** Written once for all items of a millisecond. */
  #now(): string {
    const ms = Date.now();
    if (ms !== this.#atMs) this.#at = new Date(ms).toISOString();
    this.#atMs = ms;
    return this.#at;
  }

  get #isFull(): boolean {
    return this.#entries.length > this.#maxItems * 1.25 || this.#length > ROOM_LENGTH;
  }

  #forget(count: number): void {
    for (const { json } of this.#entries.splice(0, count)) this.#weigh(-json.length);
  }

  #weigh(length: number): void {
    this.#length += length;
    this.#all.length += length;
  }
}
