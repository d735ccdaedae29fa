import type { PeerAddress } from '@sextant/protocol/peer';

export function greetingFrom(self: PeerAddress, other: PeerAddress): string {
  return `Hello ${other.name}, I am ${self.name} at ${self.host}:${self.port}.`;
}
