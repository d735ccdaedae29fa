import { ProtocolError } from '@sextant/protocol/errors';
import type { Peer, PeerAddress } from '@sextant/protocol/peer';

/** Peers one node is connected with at a time. */
const MAX_PEERS = 10_000;

/** Who this node is, and whom it is connected with: each for as long as the connection lasts. */
export class Peers {
  readonly #byName = new Map<string, Peer>();
  readonly #byConnection = new Map<AbortSignal, Peer>();
  #self: PeerAddress | undefined;
  readonly #wantedName: string | undefined;

  constructor(wantedName: string | undefined) {
    this.#wantedName = wantedName;
  }

  /** The name to register with: the one that was held before, else the wanted one, else any. */
  get name(): string | undefined {
    return this.#self?.name ?? this.#wantedName;
  }

  /** @throws ProtocolError `unavailable` before the registry has said what this node is called. */
  get self(): PeerAddress {
    if (this.#self) return this.#self;
    throw new ProtocolError('unavailable', 'This peer has not reached its registry yet; try again.', {
      retryAfterMs: 250,
    });
  }

  /** Why nobody finds this node yet, if so. */
  unready(): Promise<string[]> {
    return Promise.resolve(this.#self ? [] : ['the registry was not reached yet']);
  }

  is(self: PeerAddress): void {
    this.#self = self;
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** Everybody, by name. */
  all(): Peer[] {
    return [...this.#byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Keeps a peer that was greeted until its connection is over: the last that greeted on it; of two with one name, the newer. */
  met(peer: Omit<Peer, 'greetedAt'>, over: AbortSignal): void {
    if (over.aborted) return;
    const before = this.#byConnection.get(over);
    if (before) this.#forget(before);
    else if (this.#byName.size >= MAX_PEERS) {
      throw new ProtocolError('limit', `This node has ${MAX_PEERS} peers.`, { limit: 'peers', max: MAX_PEERS });
    } else over.addEventListener('abort', () => this.#lose(over), { once: true });
    const met = { ...peer, greetedAt: new Date().toISOString() };
    this.#byName.set(peer.name, met);
    this.#byConnection.set(over, met);
  }

  #lose(over: AbortSignal): void {
    const peer = this.#byConnection.get(over);
    this.#byConnection.delete(over);
    if (peer) this.#forget(peer);
  }

  #forget(peer: Peer): void {
    if (this.#byName.get(peer.name) === peer) this.#byName.delete(peer.name);
  }
}
