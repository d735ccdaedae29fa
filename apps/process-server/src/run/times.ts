/** When a program ran, the last time. */
export class Times {
  #startedAt = new Date();
  #clock = performance.now();
  #endedAt: Date | undefined;
  #elapsedMs: number | undefined;

  /** It runs from now on. */
  start(): void {
    this.#startedAt = new Date();
    this.#clock = performance.now();
    this.#elapsedMs = undefined;
  }

  /** It runs no more. @param elapsedMs as long as it ran, unless that is known by now. */
  stop(elapsedMs = this.#sinceStart()): void {
    this.#elapsedMs ??= elapsedMs;
  }

  /** It is over for good. */
  end(): void {
    this.stop();
    this.#endedAt = new Date();
  }

  describe(): { startedAt: string; endedAt: string | null; elapsedMs: number } {
    return {
      startedAt: this.#startedAt.toISOString(),
      endedAt: this.#endedAt?.toISOString() ?? null,
      elapsedMs: this.#elapsedMs ?? this.#sinceStart(),
    };
  }

  #sinceStart(): number {
    return Math.round(performance.now() - this.#clock);
  }
}
