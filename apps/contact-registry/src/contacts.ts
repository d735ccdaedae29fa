import { ProtocolError } from '@sextant/protocol/errors';
import type { Contact } from '@sextant/protocol/registry';
import { closest } from '@sextant/service/closest';
import { type Change, Registered, Removed } from './change.ts';
import { Changes } from './changes.ts';
import { Clock } from './clock.ts';
import { FreeNames } from './free-names.ts';
import { Generations } from './generations.ts';
import { Ordered } from './ordered.ts';
import { Registration } from './registration.ts';
import { Watchers } from './watchers.ts';

/** What a caller wants to be known as. */
export interface Announcement {
  kind: string;
  host: string;
  port: number;
  name?: string | undefined;
  meta?: Contact['meta'];
  ttlMs: number;
}

/** Contacts at a time, and names whose generation is remembered. */
const MAX_CONTACTS = 100_000;

/** Who is alive: contacts by name, held by leases. */
export class Contacts {
  readonly changes = new Changes();
  readonly watchers = new Watchers();
  readonly #byName = new Map<string, Registration>();
  /** By revision, which a lease begins with: a number is found in a third of the time of a text. */
  readonly #byRev = new Map<number, Registration>();
  readonly #ordered = new Ordered<Registration>();
  readonly #generations = new Generations(MAX_CONTACTS);
  readonly #names = new FreeNames();
  readonly #clock = new Clock();

  /** Those that come after a name, in order; all of them without one. */
  *after(name: string | undefined, kind?: string): Generator<Registration, undefined> {
    for (const registration of this.#ordered.after(name)) {
      if (kind === undefined || registration.contact.kind === kind) yield registration;
    }
  }

  /** @throws ProtocolError `not_found` */
  find(name: string): Contact {
    const registration = this.#byName.get(name);
    if (registration) return registration.contact;
    throw new ProtocolError('not_found', `Nobody is called "${name}".`, {
      suggestions: closest(name, [...this.#byName.keys()]),
    });
  }

  /** @throws ProtocolError `exists` if the name is held, `limit` if there are too many. */
  add({ kind, host, port, name = this.#freeName(kind), meta, ttlMs }: Announcement): Registration {
    if (this.#byName.has(name)) {
      throw new ProtocolError('exists', `Somebody is called "${name}" already; choose another name, or leave it out.`);
    }
    if (this.#byName.size >= MAX_CONTACTS) throw full();
    const contact: Contact = {
      name,
      kind,
      host,
      port,
      generation: this.#generations.next(name),
      rev: this.changes.rev + 1,
      registeredAt: this.#clock.now(),
    };
    if (meta) contact.meta = meta;
    const registration = new Registration(contact, ttlMs);
    this.#byName.set(name, registration);
    this.#byRev.set(contact.rev, registration);
    this.#ordered.add(registration);
    this.#names.came(kind);
    this.#changed(new Registered(registration));
    return registration;
  }

  /** @throws ProtocolError `lease_lost` */
  renew(lease: string): Registration {
    const registration = this.#held(lease);
    registration.expiresAt = performance.now() + registration.ttlMs;
    return registration;
  }

  /** @throws ProtocolError `lease_lost` */
  remove(lease: string): void {
    this.end(this.#held(lease));
  }

  /** Ends a lease that has not ended. */
  end(registration: Registration): void {
    const { contact, companions } = registration;
    this.#byRev.delete(contact.rev);
    this.#byName.delete(contact.name);
    this.#ordered.delete(contact.name);
    this.#names.went(contact.kind);
    this.#generations.remember(contact);
    this.#changed(new Removed(contact, this.changes.rev + 1));
    companions?.delete(registration);
  }

  has(lease: string): boolean {
    return this.#find(lease) !== undefined;
  }

  /** Ends the leases whose time is over. */
  expire(now: number): void {
    for (const registration of this.#byRev.values()) if (registration.expiresAt <= now) this.end(registration);
  }

  /** Gives every lease more time: the registry itself was not there to hear renewals. */
  extend(byMs: number): void {
    for (const registration of this.#byRev.values()) registration.expiresAt += byMs;
  }

  #changed(change: Change): void {
    this.changes.add(change);
    this.watchers.tell(change);
  }

  #held(lease: string): Registration {
    const registration = this.#find(lease);
    if (registration) return registration;
    throw new ProtocolError('lease_lost', 'This lease has ended; register again.');
  }

  #find(lease: string): Registration | undefined {
    const registration = this.#byRev.get(Number.parseInt(lease, 10));
    return registration?.lease === lease ? registration : undefined;
  }

  #freeName(kind: string): string {
    return this.#names.take(kind, (name) => this.#byName.has(name));
  }
}

function full(): ProtocolError {
  return new ProtocolError('limit', `${MAX_CONTACTS} contacts are registered.`, {
    limit: 'contacts',
    max: MAX_CONTACTS,
  });
}
