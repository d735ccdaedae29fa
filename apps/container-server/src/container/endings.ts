/** Containers whose end was asked for here, and is not seen yet. */
export class Endings {
  readonly #asked = new Set<string>();

  /** Of a container that is about to be stopped or removed. */
  ask(id: string): void {
    this.#asked.delete(id);
    this.#asked.add(id);
    const [oldest] = this.#asked;
    if (oldest !== undefined && this.#asked.size > REMEMBERED) this.#asked.delete(oldest);
  }

  /** Says whether it was asked for, and forgets it: the next end is another one. */
  take(id: string): boolean {
    return this.#asked.delete(id);
  }
}

const REMEMBERED = 10_000;
