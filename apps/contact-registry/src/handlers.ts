import type { registryService } from '@sextant/protocol/registry';
import type { Handlers } from '@sextant/service/handler';
import type { Contacts } from './contacts.ts';
import { deregister } from './handlers/deregister.ts';
import { list } from './handlers/list.ts';
import { lookup } from './handlers/lookup.ts';
import { register } from './handlers/register.ts';
import { renew } from './handlers/renew.ts';
import { watch } from './handlers/watch.ts';

export function handlers(contacts: Contacts): Handlers<typeof registryService> {
  return {
    'registry.register': register(contacts),
    'registry.renew': renew(contacts),
    'registry.deregister': deregister(contacts),
    'registry.list': list(contacts),
    'registry.watch': watch(contacts),
    'registry.lookup': lookup(contacts),
  };
}
