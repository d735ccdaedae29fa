import type { Contacts } from './contacts.ts';
import type { Registration } from './registration.ts';

/** What was registered on each connection and ends with it: one listener for all of it, however much there is. */
export class Connections {
  readonly #contacts: Contacts;
  readonly #held = new WeakMap<AbortSignal, Set<Registration>>();

  constructor(contacts: Contacts) {
    this.#contacts = contacts;
  }

  /** `over` aborts when the connection is over. */
  hold(registration: Registration, over: AbortSignal): void {
    const held = this.#heldBy(over);
    held.add(registration);
    registration.companions = held;
  }

  #heldBy(over: AbortSignal): Set<Registration> {
    const known = this.#held.get(over);
    if (known) return known;
    const held = new Set<Registration>();
    this.#held.set(over, held);
    over.addEventListener('abort', () => this.#end(held), { once: true });
    return held;
  }

  #end(held: ReadonlySet<Registration>): void {
    for (const registration of held) this.#contacts.end(registration);
  }
}
