import type { registryService } from '@sextant/protocol/registry';
import type { HandlerOf } from '@sextant/service/handler';
import type { Contacts } from '../contacts.ts';
import { Watcher } from '../watcher.ts';

export function watch(contacts: Contacts): HandlerOf<typeof registryService, 'registry.watch'> {
  return async (watched, call) => {
    const watcher = new Watcher(call, contacts, watched);
    contacts.watchers.add(watcher);
    watcher.catchUp();
    try {
      return await new Promise<never>((_resolve, reject) => {
        call.signal.addEventListener('abort', () => reject(call.signal.reason), { once: true });
      });
    } finally {
      contacts.watchers.delete(watcher);
    }
  };
}
