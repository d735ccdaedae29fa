import { ProtocolError } from '@sextant/protocol/errors';
import type { ItemOf, ParamsInput, ResultOf, Service } from '@sextant/protocol/method';
import type { Client, Name } from './client.ts';
import { follow } from './follow.ts';
import type { CallOptions } from './pending.ts';
import { insist } from './insist.ts';
import { reconnecting } from './reconnect.ts';

/** What becomes of a client's connection, for people to see. */
export interface PersistentEvents<S extends Service> {
  /** Lost, or not made: why, and in how many milliseconds the next try begins. */
  lost?(error: unknown, delayMs: number): void;
  /** There again. */
  back?(client: Client<S>): void;
}

/**
 * A client that outlives its connections: made when first asked for, and made again, with growing pauses, whenever one
 * is lost or the service says that it will end it.
 */
export class PersistentClient<S extends Service> {
  readonly #connect: (signal: AbortSignal) => Promise<Client<S>>;
  readonly #events: PersistentEvents<S>;
  readonly #stop = new AbortController();
  #running = false;
  #wasLost = false;
  #standing: Client<S> | undefined;
  #next: PromiseWithResolvers<Client<S>> | undefined;

  constructor(connect: (signal: AbortSignal) => Promise<Client<S>>, events: PersistentEvents<S> = {}) {
    this.#connect = connect;
    this.#events = events;
  }

  /**
   * The connection that stands, or the next one.
   * @throws what connecting failed with that will not pass by itself, or the signal's reason.
   */
  client(signal?: AbortSignal): Promise<Client<S>> {
    if (this.#standing && !this.#standing.lost) return Promise.resolve(this.#standing);
    this.#next ??= Promise.withResolvers();
    if (!this.#running) void this.#run();
    return orAborted(this.#next.promise, signal);
  }

  /**
   * Asks, over as many connections as it takes. Sent again is only what certainly did not happen, or what the service does
   * once however often it is sent: such a request gets a `key`.
   * @throws ProtocolError what the service answered; `unavailable`, retry `unknown`, if that will never be known.
   */
  call<N extends Name<S>>(
    name: N,
    params: ParamsInput<S['methods'][N]>,
    options: CallOptions = {},
  ): Promise<ResultOf<S['methods'][N]>> {
    return insist(this, name, params, options);
  }

  /**
   * The items of a stream, in order and once each, over as many connections as it takes where the method is resumable;
   * what can no longer be had is said by a `gap` among them. Returns the stream's result.
   * @throws ProtocolError what ended it; `data_loss` if the service has started anew; or the signal's reason.
   */
  follow<N extends Name<S>>(
    name: N,
    params: ParamsInput<S['methods'][N]>,
    options: { signal?: AbortSignal | undefined } = {},
  ): AsyncGenerator<ItemOf<S['methods'][N]>, ResultOf<S['methods'][N]>, undefined> {
    return follow(this, name, params, options.signal);
  }

  /** Ends the connection; what is unanswered is cancelled, and nothing can be asked any more. */
  close(): void {
    this.#stop.abort(new ProtocolError('unavailable', 'This client was closed.', { retry: 'no' }));
    this.#standing?.close();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const lost = (error: unknown, delayMs: number): void => {
      this.#wasLost = true;
      this.#events.lost?.(error, delayMs);
    };
    this.#running = true;
    try {
      await reconnecting(
        () => this.#connect(signal),
        (client) => this.#hold(client),
        { signal, lost },
      );
    } catch (error) {
      this.#running = false;
      this.#next?.reject(error);
      this.#next = undefined;
    }
  }

  async #hold(client: Client<S>): Promise<never> {
    this.#standing = client;
    this.#next?.resolve(client);
    this.#next = undefined;
    if (this.#wasLost) this.#events.back?.(client);
    this.#wasLost = false;
    await aborted(client.ending);
    this.#standing = undefined;
    throw client.ending.reason;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
