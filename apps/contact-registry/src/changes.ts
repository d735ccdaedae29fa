import type { Change } from './change.ts';

/** Changes that are kept at most: whoever missed no more goes on where it was. */
const MAX_CHANGES = 20_000;
/** Characters they may weigh together. */
const MAX_WEIGHT = 32 * 1024 * 1024;

/** The newest changes, numbered without gaps. */
export class Changes {
  #kept: Change[] = [];
  #weight = 0;
  #rev = 0;

  /** The number of the newest; 0 before the first. */
  get rev(): number {
    return this.#rev;
  }

  /** Its `seq` must be the next one. */
  add(change: Change): void {
    this.#rev = change.seq;
    this.#kept.push(change);
    this.#weight += change.weight;
    if (this.#kept.length > MAX_CHANGES || this.#weight > MAX_WEIGHT) this.#forgetOldest();
  }

  /** What is kept of those above a number. */
  *since(rev: number): Generator<Change, undefined> {
    // No copy: a slow watcher takes some hundreds of them, and comes again.
    for (let at = Math.max(0, rev + 1 - this.#firstRev); at < this.#kept.length; at += 1) {
      const change = this.#kept[at];
      if (change) yield change;
    }
  }

  /** True where changes above a number are gone. */
  isGone(rev: number): boolean {
    return rev + 1 < this.#firstRev;
  }

  /** The number of the oldest that is kept, or of the next one to come. */
  get #firstRev(): number {
    return this.#rev - this.#kept.length + 1;
  }

  /** An eighth of them, so that forgetting, which costs the length of what is kept, is rare. */
  #forgetOldest(): void {
    for (const { weight } of this.#kept.splice(0, Math.ceil(this.#kept.length / 8))) this.#weight -= weight;
  }
}
