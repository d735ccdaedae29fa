import type { ContainerChange } from '@sextant/protocol/container-schemas';

/** Why an end was asked for, where it was the service's own doing. */
export type Ending = Pick<ContainerChange, 'reason'>;

/** Containers whose end was asked for here, and is not seen yet. */
export class Endings {
  readonly #asked = new Map<string, Ending>();

  /** Of a container that is about to be stopped or removed. */
  ask(id: string, ending: Ending = {}): void {
    this.#asked.delete(id);
    this.#asked.set(id, ending);
    const [oldest] = this.#asked.keys();
    if (oldest !== undefined && this.#asked.size > REMEMBERED) this.#asked.delete(oldest);
  }

  /** Says whether and why it was asked for, and forgets it: the next end is another one. */
  take(id: string): Ending | undefined {
    const ending = this.#asked.get(id);
    this.#asked.delete(id);
    return ending;
  }
}

const REMEMBERED = 10_000;
