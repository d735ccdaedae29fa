import type { registryService } from '@sextant/protocol/registry';
import type { HandlerOf } from '@sextant/service/handler';
import type { Contacts } from '../contacts.ts';

export function renew(contacts: Contacts): HandlerOf<typeof registryService, 'registry.renew'> {
  return ({ lease }) => ({ ttlMs: contacts.renew(lease).ttlMs, rev: contacts.changes.rev });
}
