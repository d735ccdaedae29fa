/** Rung for all who listen at that moment. */
export class Bell {
  #next: PromiseWithResolvers<void> | undefined;

  /** Resolves when it is rung next. */
  heard(): Promise<void> {
    this.#next ??= Promise.withResolvers();
    return this.#next.promise;
  }

  /** True while somebody listens. */
  get isAwaited(): boolean {
    return this.#next !== undefined;
  }

  ring(): void {
    this.#next?.resolve();
    this.#next = undefined;
  }
}
