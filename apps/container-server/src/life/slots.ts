/** Lets only so many acts be under way at a time; the others wait. */
export class Slots {
  #free: number;
  #freed = Promise.withResolvers<void>();

  constructor(count: number) {
    this.#free = count;
  }

  async use<T>(act: () => Promise<T>): Promise<T> {
    while (this.#free <= 0) await this.#freed.promise;
    this.#free -= 1;
    try {
      return await act();
    } finally {
      this.#free += 1;
      this.#freed.resolve();
      this.#freed = Promise.withResolvers();
    }
  }

  /** From now on nobody waits. */
  open(): void {
    this.#free = Infinity;
    this.#freed.resolve();
  }
}
