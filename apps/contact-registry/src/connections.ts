import type { Contacts } from './contacts.ts';
import type { Registration } from './registration.ts';

/** What was registered on each connection and ends with it: one listener for all of it, however much there is. */
export class Connections {
  readonly #contacts: Contacts;
  readonly #leases = new WeakMap<AbortSignal, Set<string>>();

  constructor(contacts: Contacts) {
    this.#contacts = contacts;
  }

  /** `over` aborts when the connection is over. */
  hold(registration: Registration, over: AbortSignal): void {
    const leases = this.#leasesOf(over);
    leases.add(registration.lease);
    registration.companions = leases;
  }

  #leasesOf(over: AbortSignal): Set<string> {
    const known = this.#leases.get(over);
    if (known) return known;
    const leases = new Set<string>();
    this.#leases.set(over, leases);
    over.addEventListener('abort', () => this.#end(leases), { once: true });
    return leases;
  }

  #end(leases: ReadonlySet<string>): void {
    for (const lease of leases) this.#contacts.remove(lease);
  }
}
