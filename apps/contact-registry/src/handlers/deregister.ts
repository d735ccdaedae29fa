import type { registryService } from '@sextant/protocol/registry';
import type { HandlerOf } from '@sextant/service/handler';
import type { Contacts } from '../contacts.ts';

export function deregister(contacts: Contacts): HandlerOf<typeof registryService, 'registry.deregister'> {
  return ({ lease }) => {
    contacts.remove(lease);
    return {};
  };
}
