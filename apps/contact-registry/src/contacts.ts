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
  readonly #byLease = new Map<string, Registration>();
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
    this.#byLease.set(registration.lease, registration);
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
    const { contact, companions } = this.#held(lease);
    this.#byLease.delete(lease);
    this.#byName.delete(contact.name);
    this.#ordered.delete(contact.name);
    this.#names.went(contact.kind);
    this.#changed(new Removed(contact, this.changes.rev + 1));
    companions?.delete(lease);
  }

  has(lease: string): boolean {
    return this.#byLease.has(lease);
  }

  /** Ends the leases whose time is over. */
  expire(now: number): void {
    for (const { lease, expiresAt } of this.#byLease.values()) if (expiresAt <= now) this.remove(lease);
  }

  /** Gives every lease more time: the registry itself was not there to hear renewals. */
  extend(byMs: number): void {
    for (const registration of this.#byLease.values()) registration.expiresAt += byMs;
  }

  #changed(change: Change): void {
    this.changes.add(change);
    this.watchers.tell(change);
  }

  #held(lease: string): Registration {
    const registration = this.#byLease.get(lease);
    if (registration) return registration;
    throw new ProtocolError('lease_lost', 'This lease has ended; register again.');
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
