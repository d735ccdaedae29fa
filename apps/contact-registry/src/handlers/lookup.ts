import type { registryService } from '@sextant/protocol/registry';
import type { HandlerOf } from '@sextant/service/handler';
import type { Contacts } from '../contacts.ts';

export function lookup(contacts: Contacts): HandlerOf<typeof registryService, 'registry.lookup'> {
  return ({ name }) => contacts.find(name);
}
