import type { registryService } from '@sextant/protocol/registry';
import type { HandlerOf } from '@sextant/service/handler';
import { pageOf } from '@sextant/service/page';
import { checkHost } from '../address.ts';
import type { Contacts } from '../contacts.ts';

/** The answer carries the first contacts only; `registry.list` goes on where they end. */
const CONTACTS = 1000;

export function register(contacts: Contacts): HandlerOf<typeof registryService, 'registry.register'> {
  return ({ detached, host, ...announcement }, { session }) => {
    const observedHost = session.remote.host;
    if (host !== undefined) checkHost(host);
    const { contact, lease, ttlMs } = contacts.add({ ...announcement, host: host ?? observedHost });
    if (!detached) endWith(session.over, contacts, lease);
    const others = contacts.all().filter(({ name }) => name !== contact.name);
    const { items, ...more } = pageOf(others, ({ name }) => name, { limit: CONTACTS });
    const { name, generation, rev } = contact;
    return { name, lease, generation, rev, ttlMs, observedHost, contacts: items, ...more };
  };
}

function endWith(over: AbortSignal, contacts: Contacts, lease: string): void {
  const end = (): void => {
    if (contacts.has(lease)) contacts.remove(lease);
  };
  over.addEventListener('abort', end, { once: true });
}
