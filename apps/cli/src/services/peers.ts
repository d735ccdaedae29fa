import type { Client } from '@sextant/client/client';
import type { Contact } from '@sextant/protocol/registry';
import { peerService, type Peer } from '@sextant/protocol/peer';
import { formatAddress } from '@sextant/wire/address';
import type { TrustOptions } from '../credentials.ts';
import { withService } from '../service.ts';

/** One peer, and those it is connected with; without them, why it could not be asked. */
export interface PeerView {
  name: string;
  host: string;
  port: number;
  peers?: Peer[];
  error?: string;
}

/** Peers asked at a time: more would not be faster, and each costs a connection. */
const AT_ONCE = 16;

/** Asks each peer whom it is connected with. */
export async function viewsOf(all: readonly Contact[], trust: TrustOptions): Promise<PeerView[]> {
  const views: PeerView[] = [];
  for (let at = 0; at < all.length; at += AT_ONCE) {
    views.push(...(await Promise.all(all.slice(at, at + AT_ONCE).map((contact) => viewOf(contact, trust)))));
  }
  return views;
}

async function viewOf({ name, host, port }: Contact, trust: TrustOptions): Promise<PeerView> {
  try {
    const options = { ...trust, host: formatAddress({ host, port }) };
    return { name, host, port, peers: await withService(peerService, options, listAll) };
  } catch (error) {
    return { name, host, port, error: Error.isError(error) ? error.message : String(error) };
  }
}

async function listAll(peer: Client<typeof peerService>): Promise<Peer[]> {
  const all: Peer[] = [];
  for (let next: string | undefined; ;) {
    const page = await peer.call('peer.list', { next });
    all.push(...page.items);
    if (page.next === undefined) return all;
    next = page.next;
  }
}
