import type { Client } from '@sextant/client/client';
import { connect, type ConnectOptions } from '@sextant/client/connect';
import { reconnecting } from '@sextant/client/reconnect';
import { peerService } from '@sextant/protocol/peer';
import type { Contact } from '@sextant/protocol/registry';
import { VERSION } from '@sextant/protocol/version';
import type { Log } from '@sextant/service/observe/log';
import { greetingFrom } from './greeting.ts';
import type { Peers } from './peers.ts';

export const CLIENT_NAME = `peer-node/${VERSION}`;

/** Who this node is to others, and whose word it takes for who they are. */
export type Trust = Pick<ConnectOptions, 'auth' | 'ca'>;

/** The way from this node to one that was there before it: dialled, greeted, and dialled again when it breaks. */
export class Link {
  readonly contact: Contact;
  readonly #peers: Peers;
  readonly #stop = new AbortController();
  /** The connection that stands, or the last one. */
  #client: Client<typeof peerService> | undefined;

  constructor(contact: Contact, peers: Peers, trust: Trust, log: Log) {
    this.contact = contact;
    this.#peers = peers;
    const { signal } = this.#stop;
    reconnecting(
      () => connect(peerService, contact, { client: CLIENT_NAME, signal, ...trust }),
      (client) => this.#greet(client).finally(() => client.close()),
      { signal },
    ).catch((error: unknown) => {
      if (!signal.aborted) log.warn({ peer: contact.name, reason: String(error) }, 'cannot greet a peer');
    });
  }

  stop(): void {
    this.#stop.abort();
    this.#client?.close();
  }

  /** Greets, then holds the connection. Whatever fails, it is dialled again. */
  async #greet(client: Client<typeof peerService>): Promise<never> {
    this.#stop.signal.throwIfAborted();
    this.#client = client;
    const { self } = this.#peers;
    const { from, text } = await client.call('peer.greet', { from: self, text: greetingFrom(self, this.contact) });
    this.#peers.met({ ...from, direction: 'out', greeting: text }, client.over);
    await client.closed;
    throw new Error('the connection is over');
  }
}
