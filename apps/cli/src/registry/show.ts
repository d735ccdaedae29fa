import { formatAddress } from '@sextant/wire/address';
import type { Contact, WatchItem } from '@sextant/protocol/registry';
import { dim, print, printJson, printList, say } from '../output.ts';
import { SELF } from '../self.ts';
import { localTime } from '../time.ts';

const COLUMNS = {
  name: ({ name }: Contact) => name,
  kind: ({ kind }: Contact) => kind,
  address: formatAddress,
  since: ({ registeredAt }: Contact) => new Date(registeredAt).toLocaleString('sv-SE'),
};

type Snapshot = Extract<WatchItem, { type: 'snapshot' }>;

/** How contacts are shown. */
export interface ShowOptions {
  json?: boolean | undefined;
  kind?: string | undefined;
}

export function showContacts(contacts: readonly Contact[], { json, kind }: ShowOptions): void {
  const empty =
    kind === undefined
      ? `Nobody is registered. Three peers that find each other: ${SELF} peer start --count 3`
      : `No ${kind} is registered. Who is, of any kind: ${SELF} registry ls`;
  printList(contacts, { json, columns: COLUMNS, empty });
}

/** Shows what a watcher sees: a table of who is there, then a line for each who comes or goes. */
export class WatchView {
  readonly #options: ShowOptions;
  #contacts: Contact[] = [];

  constructor(options: ShowOptions) {
    this.#options = options;
  }

  show(item: WatchItem): void {
    if (this.#options.json) printJson(item);
    else if ('gap' in item) say(dim('-- some came and went unseen; these are there now:'));
    else if (item.type === 'snapshot') this.#showPart(item);
    else if (item.type === 'registered') print(`${now()} + ${lineOf(item.contact)}`);
    else print(`${now()} - ${item.name}  ${item.kind}`);
  }

  /** The parts together, once the last is there. */
  #showPart({ part, contacts, more }: Snapshot): void {
    this.#contacts = part === 1 ? contacts : [...this.#contacts, ...contacts];
    if (!more) showContacts(this.#contacts.splice(0), this.#options);
  }
}

function now(): string {
  return dim(localTime(new Date().toISOString()));
}

function lineOf(contact: Contact): string {
  return `${contact.name}  ${contact.kind}  ${formatAddress(contact)}`;
}
