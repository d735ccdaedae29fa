import type { Client } from '@sextant/client/client';
import { ProtocolError } from '@sextant/protocol/errors';
import { processService } from '@sextant/protocol/process';
import { formatAddress, type Address } from '@sextant/wire/address';
import { connectAs } from '../connect.ts';
import type { TrustOptions } from '../credentials.ts';
import { keepConnected } from '../kept.ts';

export type Processes = Client<typeof processService>;

/** What a shell tells of its connection. */
export interface LinkEvents {
  /** Lost, and tried again from now on. */
  lost(error: unknown): void;
  /** There again; `restarted` if by another start of the server. */
  back(restarted: boolean): void;
  /** Given up: something else answers there now. */
  failed(error: unknown): void;
  /** Whatever is shown of it has changed. */
  changed(): void;
}

/** The shell's one connection at a time, there again by itself when it was lost. */
export class Link {
  readonly #events: LinkEvents;
  readonly #trust: TrustOptions;
  #address: Address | undefined;
  #client: Processes | undefined;
  #stop = new AbortController();
  #kept: Promise<void> = Promise.resolve();

  constructor(events: LinkEvents, trust: TrustOptions) {
    this.#events = events;
    this.#trust = trust;
  }

  /** Where it is connected, or is trying to be. */
  get address(): Address | undefined {
    return this.#address;
  }

  get connected(): boolean {
    return this.#client !== undefined;
  }

  /** @throws ProtocolError `unavailable` that says what to type. */
  get client(): Processes {
    if (this.#client) return this.#client;
    const where = this.#address && formatAddress(this.#address);
    throw new ProtocolError(
      'unavailable',
      where
        ? `Not connected to ${where} at the moment; it is tried again and again.`
        : 'Not connected. Type: connect IP PORT',
    );
  }

  /** @throws ProtocolError `unavailable` if nothing answers there; the connection there was stays then. */
  async open(address: Address, signal?: AbortSignal): Promise<void> {
    const client = await connectAs(processService, address, this.#trust, signal);
    await this.close();
    this.#address = address;
    this.#client = client;
    this.#stop = new AbortController();
    this.#kept = this.#keep(client, this.#stop.signal);
    this.#events.changed();
  }

  /** Ends the connection, and with it the programs it runs. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#client?.close();
    await this.#kept;
  }

  async #keep(first: Processes, signal: AbortSignal): Promise<void> {
    let { instance } = first.hello;
    let lost = false;
    const use = async (client: Processes): Promise<never> => {
      this.#client = client;
      if (lost) this.#events.back(client.hello.instance !== instance);
      lost = false;
      ({ instance } = client.hello);
      this.#events.changed();
      await client.closed;
      this.#client = undefined;
      this.#events.changed();
      throw new ProtocolError('unavailable', `The connection to ${formatAddress(client.address)} was lost.`);
    };
    const tell = (error: unknown): void => {
      if (!lost) this.#events.lost(error);
      lost = true;
    };
    await keepConnected(processService, first, use, { trust: this.#trust, signal, lost: tell }).catch(
      (error: unknown) => {
        this.#address = undefined;
        this.#events.changed();
        if (!signal.aborted) this.#events.failed(error);
      },
    );
  }
}
