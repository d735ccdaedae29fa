/** Milliseconds within which the same is said once. */
const FOLD_MS = 60_000;
/** Things that are told apart at a time. */
const MAX_KEYS = 1000;

/** Folds what happens again and again, so that whoever is refused a thousand times a second fills no log with it. */
export class Repetition {
  readonly #seen = new Map<string, { since: number; times: number }>();

  /** How often it happened since it was last said, this time included; 0 if it is not to be said now. */
  times(key: string): number {
    const now = performance.now();
    const seen = this.#seen.get(key);
    if (seen && now - seen.since < FOLD_MS) {
      seen.times += 1;
      return 0;
    }
    this.#seen.delete(key);
    this.#seen.set(key, { since: now, times: 0 });
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > MAX_KEYS && oldest !== undefined) this.#seen.delete(oldest);
    return (seen?.times ?? 0) + 1;
  }
}
