import type { Contact, WatchItem } from '@sextant/protocol/registry';
import type { NumberedItem } from '@sextant/service/session/batch';
import type { Registration } from './registration.ts';

/** Somebody came or went; its `seq` is the registry's revision since then, its `json` what watchers get. */
export interface Change extends NumberedItem {
  readonly kind: string;
  /** About how many characters are kept because of it. */
  readonly weight: number;
}

export class Registered implements Change {
  readonly seq: number;
  readonly kind: string;
  readonly #registration: Registration;
  #json: string | undefined;

  constructor(registration: Registration) {
    const { rev, kind } = registration.contact;
    this.seq = rev;
    this.kind = kind;
    this.#registration = registration;
  }

  get json(): string {
    const { seq } = this;
    this.#json ??= `{"type":"registered","rev":${seq},"seq":${seq},"contact":${this.#registration.json}}`;
    return this.#json;
  }

  get weight(): number {
    // What is in `meta` may be six times as long in JSON; what is not long anyway is not made into it for this.
    return this.#registration.contact.meta ? WEIGHT + this.json.length : WEIGHT;
  }
}

export class Removed implements Change {
  readonly seq: number;
  readonly kind: string;
  readonly #name: string;
  readonly #generation: number;

  constructor({ name, kind, generation }: Contact, rev: number) {
    this.seq = rev;
    this.kind = kind;
    this.#name = name;
    this.#generation = generation;
  }

  get json(): string {
    const [name, generation] = [this.#name, this.#generation];
    const item: WatchItem = { type: 'removed', rev: this.seq, seq: this.seq, name, kind: this.kind, generation };
    return JSON.stringify(item);
  }

  get weight(): number {
    return WEIGHT;
  }
}

/** Of a contact as it usually is. */
const WEIGHT = 512;
