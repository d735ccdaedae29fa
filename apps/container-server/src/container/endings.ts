import type { ContainerChange } from '@sextant/protocol/container-schemas';

/** Milliseconds by which an end may be seen after the time that was given for it. */
const SLACK_MS = 10_000;

/** Why an end was asked for, where it was the service's own doing. */
export type Ending = Pick<ContainerChange, 'reason'>;

/** Containers whose end was asked for here, and is not seen yet. */
export class Endings {
  readonly #asked = new Map<string, { ending: Ending; until: number }>();

  /** Of a container that is about to be stopped or removed, within so many milliseconds. */
  ask(id: string, withinMs: number, ending: Ending = {}): void {
    this.#asked.delete(id);
    this.#asked.set(id, { ending, until: performance.now() + withinMs + SLACK_MS });
    const [oldest] = this.#asked.keys();
    if (oldest !== undefined && this.#asked.size > REMEMBERED) this.#asked.delete(oldest);
  }

  /** Says whether and why it was asked for, and forgets it: the next end is another one. */
  take(id: string): Ending | undefined {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    return asked && performance.now() < asked.until ? asked.ending : undefined;
  }
}

const REMEMBERED = 10_000;
