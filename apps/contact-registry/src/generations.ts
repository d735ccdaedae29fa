/** How often each name had an owner, for the names that had one last. */
export class Generations {
  readonly #max: number;
  readonly #byName = new Map<string, number>();

  /** `max`: names that are remembered. */
  constructor(max: number) {
    this.#max = max;
  }

  next(name: string): number {
    const generation = (this.#byName.get(name) ?? 0) + 1;
    this.#byName.delete(name);
    this.#byName.set(name, generation);
    if (this.#byName.size > this.#max) this.#forgetOldest();
    return generation;
  }

  /** Some more than it must: to find the oldest is to walk past all that were deleted before it. */
  #forgetOldest(): void {
    for (const name of this.#byName.keys().take(Math.ceil(this.#max / 8))) this.#byName.delete(name);
  }
}
