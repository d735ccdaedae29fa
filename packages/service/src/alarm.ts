/** Milliseconds after which the clock is looked at again: it may be set, and stands still while a machine sleeps. */
const LOOK_MS = 60_000;

/** Rings once, at the first of the times it was set for. */
export class Alarm {
  readonly #ring: () => void;
  #at = Infinity;
  #timer: NodeJS.Timeout | undefined;

  constructor(ring: () => void) {
    this.#ring = ring;
  }

  /** In milliseconds since 1970. */
  set(at: number): void {
    if (at >= this.#at) return;
    this.#at = at;
    this.#wait();
  }

  clear(): void {
    this.#at = Infinity;
    clearTimeout(this.#timer);
  }

  #wait(): void {
    clearTimeout(this.#timer);
    const ms = Math.max(0, Math.min(this.#at - Date.now(), LOOK_MS));
    this.#timer = setTimeout(() => this.#look(), ms).unref();
  }

  #look(): void {
    if (Date.now() < this.#at) return this.#wait();
    this.clear();
    this.#ring();
  }
}
