import type { peerService } from '@sextant/protocol/peer';
import type { HandlerOf } from '@sextant/service/handler';
import { pageOf } from '@sextant/service/page';
import type { Peers } from '../peers.ts';

export function list(peers: Peers): HandlerOf<typeof peerService, 'peer.list'> {
  return (asked) => ({ ...pageOf(peers.all(), ({ name }) => name, asked), self: peers.self });
}
