import type { peerService } from '@sextant/protocol/peer';
import type { HandlerOf } from '@sextant/service/handler';
import { greetingFrom } from '../greeting.ts';
import type { Peers } from '../peers.ts';

export function greet(peers: Peers): HandlerOf<typeof peerService, 'peer.greet'> {
  return ({ from, text }, { caller }) => {
    peers.met({ ...from, direction: 'in', greeting: text }, caller.over);
    return { from: peers.self, text: greetingFrom(peers.self, from) };
  };
}
