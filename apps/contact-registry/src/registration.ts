import { randomUUID } from 'node:crypto';
import type { Contact } from '@sextant/protocol/registry';

/** A contact and the hold on it. */
export class Registration {
  readonly contact: Contact;
  /** What only its owner knows. It begins with the revision of the contact, by which it is found. */
  readonly lease: string;
  readonly ttlMs: number;
  /** On the monotonic clock: a jump of the wall clock expires nobody. */
  expiresAt: number;
  /** What ends with the same connection, if it does: this one among them. */
  companions: Set<Registration> | undefined;
  #json: string | undefined;
  #bytes = 0;

  constructor(contact: Contact, ttlMs: number) {
    this.contact = contact;
    this.lease = `${contact.rev}.${randomUUID()}`;
    this.ttlMs = ttlMs;
    this.expiresAt = performance.now() + ttlMs;
  }

  get name(): string {
    return this.contact.name;
  }

  /** The contact as JSON: made once, however many read it, and not before somebody does. */
  get json(): string {
    return (this.#json ??= JSON.stringify(this.contact));
  }

  /** What it takes in a list: its JSON and a comma. */
  get bytes(): number {
    return (this.#bytes ||= Buffer.byteLength(this.json) + 1);
  }
}
