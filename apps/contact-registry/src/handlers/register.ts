import { ProtocolError } from '@sextant/protocol/errors';
import type { Contact, registryService } from '@sextant/protocol/registry';
import type { HandlerOf } from '@sextant/service/handler';
import { checkHost } from '../address.ts';
import { Connections } from '../connections.ts';
import type { Contacts } from '../contacts.ts';
import { cutPage } from '../page.ts';
import type { Registration } from '../registration.ts';

export function register(contacts: Contacts): HandlerOf<typeof registryService, 'registry.register'> {
  const connections = new Connections(contacts);
  return (wish, { caller }) => {
    const { kind, name, port, host, meta, ttlMs, detached, limit } = wish;
    // Whoever comes by a Unix socket is on this machine.
    const observedHost = caller.remote.host || '127.0.0.1';
    if (host !== undefined) checkHost(host);
    checkMeta(meta);
    const registration = contacts.add({ kind, name, port, meta, ttlMs, host: host ?? observedHost });
    const { contact, lease } = registration;
    if (!detached) connections.hold(registration, caller.over);
    const { generation, rev } = contact;
    const { items, ...more } = cutPage(othersThan(contact, contacts), limit);
    const others = items.map((other) => other.contact);
    return { name: contact.name, lease, generation, rev, ttlMs, observedHost, contacts: others, ...more };
  };
}

/** All of them: the answer has the first, and `registry.list` goes on where they end. */
function* othersThan({ name }: Contact, contacts: Contacts): Generator<Registration, undefined> {
  for (const other of contacts.after(undefined)) if (other.name !== name) yield other;
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
