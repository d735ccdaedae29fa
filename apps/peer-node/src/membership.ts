import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@sextant/client/client';
import { connect } from '@sextant/client/connect';
import { reconnecting } from '@sextant/client/reconnect';
import { peerService } from '@sextant/protocol/peer';
import { registryService, type Contact } from '@sextant/protocol/registry';
import type { Log } from '@sextant/service/observe/log';
import type { Address } from '@sextant/wire/address';
import { CLIENT_NAME, Link, type Trust } from './link.ts';
import type { Peers } from './peers.ts';

type Registry = Client<typeof registryService>;

/** Where the others reach this node; without a host at the address that the registry sees. */
export interface Advertised {
  host: string | undefined;
  port: number;
}

/**
 * This node's place among the others: registered for as long as it runs, linked to everyone who was there before it. Those
 * who come later dial this node, so each pair has one connection.
 */
export class Membership {
  readonly #registry: Address;
  readonly #peers: Peers;
  readonly #trust: Trust;
  readonly #log: Log;
  readonly #links = new Map<string, Link>();
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(registry: Address, peers: Peers, trust: Trust, log: Log) {
    this.#registry = registry;
    this.#peers = peers;
    this.#trust = trust;
    this.#log = log;
  }

  /** Registers where this node is reached, and goes on until `end`. */
  begin(advertised: Advertised): void {
    const { signal } = this.#stop;
    this.#running = reconnecting(
      () => connect(registryService, this.#registry, { client: CLIENT_NAME, signal, ...this.#trust }),
      (registry) => this.#belong(registry, advertised).finally(() => registry.close()),
      {
        signal,
        lost: (error, delayMs) =>
          this.#log.warn({ reason: String(error), delayMs }, 'the registry is lost or refuses; trying again'),
      },
    ).catch((error: unknown) => {
      if (!signal.aborted) this.#log.error({ err: error }, 'the registry refuses this node');
    });
  }

  async end(): Promise<void> {
    this.#stop.abort();
    for (const link of this.#links.values()) link.stop();
    await this.#running;
  }

  /** Registers and links, then keeps the lease and looks who has gone. Whatever fails, a new connection begins anew. */
  async #belong(registry: Registry, advertised: Advertised): Promise<void> {
    this.#stop.signal.addEventListener('abort', () => registry.close(), { once: true, signal: registry.over });
    const lease = await this.#register(registry, advertised);
    for (;;) {
      await sleep(lease.ttlMs / 3, undefined, { signal: AbortSignal.any([registry.over, this.#stop.signal]) });
      await registry.call('registry.renew', { lease: lease.lease });
      this.#follow(await contactsOf(registry), lease.rev);
    }
  }

  async #register(
    registry: Registry,
    { host, port }: Advertised,
  ): Promise<{ lease: string; ttlMs: number; rev: number }> {
    const { name } = this.#peers;
    const answer = await registry.call('registry.register', { kind: peerService.name, host, port, name });
    this.#peers.is({ name: answer.name, host: host ?? answer.observedHost, port });
    this.#log.info({ name: answer.name, contacts: answer.contacts.length }, 'registered');
    this.#follow(answer.next === undefined ? answer.contacts.filter(isPeer) : await contactsOf(registry), answer.rev);
    return answer;
  }

  /** Links to those who registered before this node did, and gives up those who are registered no more. */
  #follow(contacts: readonly Contact[], rev: number): void {
    const listed = new Map(contacts.map((contact) => [contact.name, contact]));
    for (const [name, link] of this.#links) {
      if (this.#peers.has(name) || isSame(link.contact, listed.get(name))) continue;
      link.stop();
      this.#links.delete(name);
    }
    for (const contact of contacts) {
      const { name } = contact;
      if (contact.rev >= rev || this.#peers.has(name) || this.#links.has(name)) continue;
      this.#links.set(name, new Link(contact, this.#peers, this.#trust, this.#log));
    }
  }
}

async function contactsOf(registry: Registry): Promise<Contact[]> {
  const contacts: Contact[] = [];
  for (let next: string | undefined; ;) {
    const page = await registry.call('registry.list', { kind: peerService.name, next });
    contacts.push(...page.items);
    if (page.next === undefined) return contacts;
    next = page.next;
  }
}

function isPeer({ kind }: Contact): boolean {
  return kind === peerService.name;
}

function isSame(one: Contact, other: Contact | undefined): boolean {
  return other !== undefined && one.host === other.host && one.port === other.port;
}
