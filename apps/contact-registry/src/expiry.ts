import type { Contacts } from './contacts.ts';

/** Milliseconds between two looks at the leases: how late one may end. */
const LOOK_MS = 500;

/** Ends leases in time, and never for a pause of the registry itself: what it slept is added to every lease. */
export class Expiry {
  readonly #contacts: Contacts;
  readonly #timer: NodeJS.Timeout;
  #lastLook = performance.now();

  constructor(contacts: Contacts) {
    this.#contacts = contacts;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    const lagMs = now - this.#lastLook - LOOK_MS;
    this.#lastLook = now;
    if (lagMs > LOOK_MS) this.#contacts.extend(lagMs);
    this.#contacts.expire(now);
  }
}
