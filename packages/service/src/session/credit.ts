/** What a caller allows to be streamed to it: items and bytes of body, until it allows more. */
export class Credit {
  #left: number;
  #ended = false;
  #waiters: (() => void)[] = [];

  constructor(granted: number) {
    this.#left = granted;
  }

  get left(): number {
    return this.#left;
  }

  grant(more: number): void {
    this.#left += more;
    if (this.#left > 0) this.release();
  }

  spend(amount: number): void {
    this.#left -= amount;
  }

  /** Resolves with the next grant. */
  more(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
    });
  }

  /** No more will be granted. */
  end(): void {
    this.#ended = true;
    this.release();
  }

  /** True once it is spent for good. */
  get isOver(): boolean {
    return this.#ended && this.#left <= 0;
  }

  /** Whoever waits need not any more: there is some, or the request is over. */
  release(): void {
    for (const resolve of this.#waiters.splice(0)) resolve();
  }
}
