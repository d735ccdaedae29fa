/** Milliseconds between two looks at the clock. */
const TICK_MS = 500;

/** Ticks without a word that are put up with; and where there is hurry. */
const TICKS = 10;
const HURRIED_TICKS = 3;

/**
 * Waits for one who owes an answer, and is lost when nothing at all is heard for too long. It counts ticks and not time:
 * while this machine sleeps or this process stands still, the other one may have been kept from answering as well.
 */
export class Patience {
  readonly #isOwed: () => boolean;
  readonly #lose: () => void;
  #ticks = TICKS;
  #silent = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(isOwed: () => boolean, lose: () => void) {
    this.#isOwed = isOwed;
    this.#lose = lose;
  }

  /** From now on, until nothing is owed. */
  wait(): void {
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS).unref();
  }

  heard(): void {
    this.#silent = 0;
  }

  hurry(): void {
    this.#ticks = HURRIED_TICKS;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#silent = 0;
  }

  #tick(): void {
    if (!this.#isOwed()) {
      this.stop();
      return;
    }
    this.#silent += 1;
    if (this.#silent < this.#ticks) return;
    this.stop();
    this.#lose();
  }
}
