/** What a run lives with: a connection or request of its caller, or nobody. */
export class Hold {
  readonly #lost: () => void;
  #until: AbortSignal | undefined;
  /** Told when somebody else holds it. */
  passedOn: (() => void) | undefined;

  /** @param lost is told when what holds it has ended. */
  constructor(until: AbortSignal | undefined, lost: () => void) {
    this.#lost = lost;
    this.#take(until);
  }

  /** It lives with anybody at all. */
  get isHeld(): boolean {
    return this.#until !== undefined;
  }

  isBy(until: AbortSignal): boolean {
    return this.#until === until;
  }

  pass(until: AbortSignal | undefined): void {
    this.release();
    this.#take(until);
    this.passedOn?.();
  }

  /** It is over: nothing is told any more. */
  release(): void {
    this.#until?.removeEventListener('abort', this.#lost);
  }

  #take(until: AbortSignal | undefined): void {
    this.#until = until;
    if (until?.aborted) queueMicrotask(this.#lost);
    else until?.addEventListener('abort', this.#lost, { once: true });
  }
}
