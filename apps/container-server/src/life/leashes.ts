/** A connection that a container lives with. */
interface Leash {
  readonly over: AbortSignal;
  /** The container is there: it is forgotten once it is gone. */
  isMade: boolean;
}

/** The leashed containers of this server's life, by the keys they were made with. */
export class Leashes {
  readonly #all = new Map<string, Leash>();
  readonly #loosed: () => void;

  /** @param loosed is told when a connection has ended. */
  constructor(loosed: () => void) {
    this.#loosed = loosed;
  }

  get size(): number {
    return this.#all.size;
  }

  /** True for one that was made in this life. */
  knows(key: string | undefined): boolean {
    return key !== undefined && this.#all.has(key);
  }

  isHeld(key: string): boolean {
    return this.#all.get(key)?.over.aborted === false;
  }

  /** From before it is made. False for one that another connection holds: it stays with that. */
  hold(key: string, over: AbortSignal): boolean {
    if (this.isHeld(key)) return false;
    this.#all.set(key, { over, isMade: false });
    // The same function each time: a connection has it once, however many it holds.
    over.addEventListener('abort', this.#loosed, { once: true });
    return true;
  }

  made(key: string): void {
    const leash = this.#all.get(key);
    if (leash) leash.isMade = true;
  }

  release(key: string): void {
    this.#all.delete(key);
  }

  clear(): void {
    this.#all.clear();
  }

  /** Takes note of those that are made; the result forgets those of them that are not there any more. */
  census(): (there: ReadonlySet<string | undefined>) => void {
    const made = [...this.#all].filter(([, { isMade }]) => isMade);
    return (there) => {
      for (const [key, leash] of made) if (!there.has(key) && this.#all.get(key) === leash) this.release(key);
    };
  }
}
