import type { Contact, registryService } from '@sextant/protocol/registry';
import type { HandlerOf } from '@sextant/service/handler';
import { pageOf } from '@sextant/service/page';
import type { Contacts } from '../contacts.ts';

export function list(contacts: Contacts): HandlerOf<typeof registryService, 'registry.list'> {
  return ({ kind, prefix = '', meta = {}, ...asked }) => {
    const matches = (contact: Contact): boolean =>
      (kind === undefined || contact.kind === kind) && contact.name.startsWith(prefix) && hasMeta(contact, meta);
    return pageOf(contacts.all().filter(matches), ({ name }) => name, asked);
  };
}

function hasMeta(contact: Contact, wanted: Record<string, string>): boolean {
  return Object.entries(wanted).every(
    ([key, value]) => contact.meta !== undefined && Object.hasOwn(contact.meta, key) && contact.meta[key] === value,
  );
}
