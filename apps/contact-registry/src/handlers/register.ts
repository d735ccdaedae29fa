import { ProtocolError } from '@sextant/protocol/errors';
import type { Contact, registryService } from '@sextant/protocol/registry';
import type { HandlerOf } from '@sextant/service/handler';
import { pageOf } from '@sextant/service/page';
import { checkHost } from '../address.ts';
import type { Contacts, Registration } from '../contacts.ts';

/** The answer carries the first contacts only; `registry.list` goes on where they end. */
const CONTACTS = 1000;

export function register(contacts: Contacts): HandlerOf<typeof registryService, 'registry.register'> {
  return ({ detached, host, ...announcement }, { caller }) => {
    // Whoever comes by a Unix socket is on this machine.
    const observedHost = caller.remote.host || '127.0.0.1';
    if (host !== undefined) checkHost(host);
    checkMeta(announcement.meta);
    const registration = contacts.add({ ...announcement, host: host ?? observedHost });
    const { contact, lease, ttlMs } = registration;
    if (!detached) endWith(caller.over, contacts, registration);
    const others = contacts.all().filter(({ name }) => name !== contact.name);
    const { items, ...more } = pageOf(others, ({ name }) => name, { limit: CONTACTS });
    const { name, generation, rev } = contact;
    return { name, lease, generation, rev, ttlMs, observedHost, contacts: items, ...more };
  };
}

function endWith(over: AbortSignal, contacts: Contacts, registration: Registration): void {
  const end = (): void => contacts.remove(registration.lease);
  over.addEventListener('abort', end, { once: true });
  registration.ended = () => over.removeEventListener('abort', end);
}

/** Members of `meta`: with keys and values as long as may be, a contact still takes only half a line. */
const MAX_META = 16;

function checkMeta(meta: Contact['meta'] = {}): void {
  const count = Object.keys(meta).length;
  if (count <= MAX_META) return;
  throw new ProtocolError('invalid_params', `meta may have ${MAX_META} members; this one has ${count}.`, {
    issues: [{ path: 'meta', code: 'too_big', message: `at most ${MAX_META} members` }],
  });
}
