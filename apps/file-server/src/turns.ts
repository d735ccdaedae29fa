/** So many at a time; who comes later waits for its turn, in order. */
export class Turns {
  #left: number;
  readonly #waiting = new Set<() => void>();

  constructor(count: number) {
    this.#left = count;
  }

  /** True while somebody waits. */
  get isWanted(): boolean {
    return this.#waiting.size > 0;
  }

  /** Resolves with a turn, which must be given back; fails with the signal's reason. */
  async take(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#left > 0) {
      this.#left -= 1;
      return;
    }
    await inLine(this.#waiting, signal);
  }

  give(): void {
    const [next] = this.#waiting;
    if (!next) {
      this.#left += 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}

/** Waits to be called out of a line; fails, and has left it, when it is given up. */
function inLine(line: Set<() => void>, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const called = (): void => {
      signal?.removeEventListener('abort', left);
      resolve();
    };
    const left = (): void => {
      line.delete(called);
      reject(signal?.reason);
    };
    line.add(called);
    signal?.addEventListener('abort', left, { once: true });
  });
}
