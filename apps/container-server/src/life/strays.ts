/** Milliseconds in which an engine that answers finishes what it was asked before. */
const FINISHED_MS = 10_000;
/** Strays that are remembered. */
const REMEMBERED = 10_000;

/** Keys of containers that may have been made, though whoever wanted them knows nothing of it. */
export class Strays {
  /** With the time at which the engine first had no such container. */
  readonly #missing = new Map<string, number>();

  get size(): number {
    return this.#missing.size;
  }

  has(key: string): boolean {
    return this.#missing.has(key);
  }

  add(key: string): void {
    this.#missing.set(key, Infinity);
    const [oldest] = this.#missing.keys();
    if (oldest !== undefined && this.#missing.size > REMEMBERED) this.#missing.delete(oldest);
  }

  delete(key: string): void {
    this.#missing.delete(key);
  }

  /** Forgets what the engine still has not made: that is not under way any more. */
  tidy(there: ReadonlySet<string | undefined>): void {
    const now = performance.now();
    for (const [key, since] of this.#missing) {
      if (there.has(key)) continue;
      if (now - since > FINISHED_MS) this.#missing.delete(key);
      else this.#missing.set(key, Math.min(since, now));
    }
  }
}
