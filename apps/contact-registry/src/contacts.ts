import { randomUUID } from 'node:crypto';
import { ProtocolError } from '@sextant/protocol/errors';
import type { Contact } from '@sextant/protocol/registry';
import { closest } from '@sextant/service/closest';

/** A contact and the hold on it. */
export interface Registration {
  readonly contact: Contact;
  readonly lease: string;
  readonly ttlMs: number;
  /** On the monotonic clock: a jump of the wall clock expires nobody. */
  expiresAt: number;
  /** Told when it is over. */
  ended?: () => void;
}

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
  readonly #byName = new Map<string, Registration>();
  readonly #byLease = new Map<string, Registration>();
  readonly #generations = new Map<string, number>();
  #rev = 0;

  /** Rises with every change. */
  get rev(): number {
    return this.#rev;
  }

  /** Everybody, by name. */
  all(): Contact[] {
    return [...this.#byName.values()].map(({ contact }) => contact).sort((a, b) => (a.name < b.name ? -1 : 1));
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
    if (this.#byName.size >= MAX_CONTACTS) {
      throw new ProtocolError('limit', `${MAX_CONTACTS} contacts are registered.`, {
        limit: 'contacts',
        max: MAX_CONTACTS,
      });
    }
    const contact: Contact = {
      name,
      kind,
      host,
      port,
      ...(meta && { meta }),
      generation: this.#nextGeneration(name),
      rev: (this.#rev += 1),
      registeredAt: new Date().toISOString(),
    };
    const registration = { contact, lease: randomUUID(), ttlMs, expiresAt: performance.now() + ttlMs };
    this.#byName.set(name, registration);
    this.#byLease.set(registration.lease, registration);
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
    const { contact, ended } = this.#held(lease);
    this.#byLease.delete(lease);
    this.#byName.delete(contact.name);
    this.#rev += 1;
    ended?.();
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

  #held(lease: string): Registration {
    const registration = this.#byLease.get(lease);
    if (registration) return registration;
    throw new ProtocolError('lease_lost', 'This lease has ended; register again.');
  }

  #freeName(kind: string): string {
    const ofKind = this.#byName.values().filter(({ contact }) => contact.kind === kind);
    for (let number = ofKind.reduce((count) => count + 1, 1); ; number += 1) {
      const name = `${kind}-${number}`;
      if (!this.#byName.has(name)) return name;
    }
  }

  #nextGeneration(name: string): number {
    const generation = (this.#generations.get(name) ?? 0) + 1;
    this.#generations.delete(name);
    this.#generations.set(name, generation);
    const [oldest] = this.#generations.keys();
    if (this.#generations.size > MAX_CONTACTS && oldest !== undefined) this.#generations.delete(oldest);
    return generation;
  }
}
