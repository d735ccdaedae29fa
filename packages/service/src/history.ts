/** Changes that are kept for those who ask for them later. */
const KEPT = 500;

/** The last changes, each with a number of its own. */
export class History<Item extends object> {
  #items: (Item & { seq: number })[] = [];
  #seq = 0;
  #next = Promise.withResolvers<void>();

  /** The number of the last one. */
  get seq(): number {
    return this.#seq;
  }

  add(item: Item): void {
    this.#seq += 1;
    this.#items.push({ ...item, seq: this.#seq });
    if (this.#items.length > KEPT) this.#items.shift();
    this.#next.resolve();
    this.#next = Promise.withResolvers();
  }

  /** True if all after this number are still there. */
  reachesBackTo(seq: number): boolean {
    return seq <= this.#seq && seq >= this.#seq - this.#items.length;
  }

  /** The one with this number, if it has come. */
  at(seq: number): (Item & { seq: number }) | undefined {
    return this.#items[this.#items.length - 1 - (this.#seq - seq)];
  }

  /** Resolves with the next change. */
  changed(): Promise<void> {
    return this.#next.promise;
  }
}
