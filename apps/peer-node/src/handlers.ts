import type { peerService } from '@sextant/protocol/peer';
import type { Handlers } from '@sextant/service/handler';
import { greet } from './handlers/greet.ts';
import { list } from './handlers/list.ts';
import type { Peers } from './peers.ts';

export function handlers(peers: Peers): Handlers<typeof peerService> {
  return { 'peer.greet': greet(peers), 'peer.list': list(peers) };
}
