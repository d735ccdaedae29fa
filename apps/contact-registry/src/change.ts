import type { Contact, WatchItem } from '@sextant/protocol/registry';
import type { Registration } from './registration.ts';

/** Somebody came or went. */
export interface Change {
  /** The registry's revision since then. */
  readonly rev: number;
  readonly kind: string;
  /** As watchers get it; made when the first one does. */
  readonly json: string;
  /** About how many characters are kept because of it. */
  readonly weight: number;
}

export class Registered implements Change {
  readonly rev: number;
  readonly kind: string;
  readonly #registration: Registration;
  #json: string | undefined;

  constructor(registration: Registration) {
    const { rev, kind } = registration.contact;
    this.rev = rev;
    this.kind = kind;
    this.#registration = registration;
  }

  get json(): string {
    const { rev } = this;
    this.#json ??= `{"type":"registered","rev":${rev},"seq":${rev},"contact":${this.#registration.json}}`;
    return this.#json;
  }

  get weight(): number {
    return weightOf(this.#registration.contact);
  }
}

export class Removed implements Change {
  readonly rev: number;
  readonly kind: string;
  readonly #name: string;
  readonly #generation: number;

  constructor({ name, kind, generation }: Contact, rev: number) {
    this.rev = rev;
    this.kind = kind;
    this.#name = name;
    this.#generation = generation;
  }

  get json(): string {
    const [name, generation] = [this.#name, this.#generation];
    const item: WatchItem = { type: 'removed', rev: this.rev, seq: this.rev, name, kind: this.kind, generation };
    return JSON.stringify(item);
  }

  get weight(): number {
    return WEIGHT;
  }
}

/** Of a contact as it usually is. */
const WEIGHT = 512;

function weightOf({ meta = {}, host }: Contact): number {
  return Object.entries(meta).reduce((sum, [key, value]) => sum + key.length + value.length, WEIGHT + host.length);
}
