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

/** All peers a registry knows. */
export function listPeers(options: CommonOptions): Promise<Contact[]> {
  return withService(registryService, options, (registry) => Array.fromAsync(contacts(registry, peerService.name)));
}
