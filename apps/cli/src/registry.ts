import type { Client } from '@sextant/client/client';
import { peerService } from '@sextant/protocol/peer';
import { registryService, type Contact } from '@sextant/protocol/registry';
import { withService, type CommonOptions } from './service.ts';

/** Who is registered, page by page. */
export async function* contacts(
  registry: Client<typeof registryService>,
  kind: string | undefined,
): AsyncGenerator<Contact> {
  for (let next: string | undefined; ;) {
    const page = await registry.call('registry.list', { kind, next });
    yield* page.items;
    if (page.next === undefined) return;
    next = page.next;
  }
}

/** All peers a registry knows, number 10 after number 9. */
export async function listPeers(options: CommonOptions): Promise<Contact[]> {
  const peers = await withService(registryService, options, (registry) =>
    Array.fromAsync(contacts(registry, peerService.name)),
  );
  return peers.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}
