import type { Contact } from '@sextant/protocol/registry';

/** How often each name had an owner, for the names that were given up last. */
export class Generations {
  readonly #max: number;
  readonly #byName = new Map<string, number>();

  /** `max`: names that are remembered. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Of a name that somebody takes: its contact says it from now on. */
  next(name: string): number {
    const last = this.#byName.get(name);
    if (last === undefined) return 1;
    this.#byName.delete(name);
    return last + 1;
  }

  /** Of a name that is given up. */
  remember({ name, generation }: Contact): void {
    this.#byName.set(name, generation);
    if (this.#byName.size > this.#max) this.#forgetOldest();
  }

  /** Some more than it must: to find the oldest is to walk past all that were deleted before it. */
  #forgetOldest(): void {
    for (const name of this.#byName.keys().take(Math.ceil(this.#max / 8))) this.#byName.delete(name);
  }
}
