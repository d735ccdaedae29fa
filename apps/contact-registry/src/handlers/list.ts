import type { Contact, registryService } from '@sextant/protocol/registry';
import type { HandlerOf } from '@sextant/service/handler';
import type { Contacts } from '../contacts.ts';
import { cutPage } from '../page.ts';

export function list(contacts: Contacts): HandlerOf<typeof registryService, 'registry.list'> {
  return ({ kind, prefix = '', meta = {}, limit, next: after }) => {
    const wanted = Object.entries(meta);
    const asked = contacts
      .after(after, kind)
      .filter(({ name, contact }) => name.startsWith(prefix) && hasMeta(contact, wanted));
    const { items, ...more } = cutPage(asked, limit);
    return { items: items.map(({ contact }) => contact), ...more };
  };
}

function hasMeta(contact: Contact, wanted: readonly [string, string][]): boolean {
  return wanted.every(
    ([key, value]) => contact.meta !== undefined && Object.hasOwn(contact.meta, key) && contact.meta[key] === value,
  );
}
