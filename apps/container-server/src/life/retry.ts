/** Milliseconds until the next try: doubled each time, and after a minute each minute. */
const MS = { first: 250, most: 5000, last: 60_000 };
const QUICK_TRIES = 16;

/** Has something done again after it failed, less and less often. */
export class Retry {
  readonly #act: () => void;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(act: () => void) {
    this.#act = act;
  }

  /** True for the first failure in a row. */
  failed(): boolean {
    const ms = this.#failures < QUICK_TRIES ? Math.min(MS.first * 2 ** this.#failures, MS.most) : MS.last;
    this.#failures += 1;
    this.stop();
    this.#timer = setTimeout(this.#act, ms).unref();
    return this.#failures === 1;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
