import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import { LIMITS, type Limits } from '@sextant/protocol/limits';
import type { ParamsInput, ResultOf, Service } from '@sextant/protocol/method';
import { PROTOCOL_VERSION, sessionMethods, type Auth } from '@sextant/protocol/session';
import { formatAddress, type Address } from '@sextant/wire/address';
import type { Connection } from '@sextant/wire/connection';
import { introduce, prove, type Credentials } from './auth.ts';
import { creditOf } from './credit.ts';
import { Exchange, type AskOptions } from './exchange.ts';
import { keepAlive } from './heartbeat.ts';
import type { CallOptions } from './pending.ts';
import { Stream } from './stream.ts';

type Hello = ResultOf<(typeof sessionMethods)['rpc.hello']>;
/** The names of a service's methods. */
export type Name<S extends Service> = keyof S['methods'] & string;

/** What a client says of itself. */
export interface Greeting {
  /** Name and version of the program, such as `sextant/1.2`. */
  client: string;
  /** Who asks; without it, whoever is on the same machine may ask some things. */
  auth?: Credentials | undefined;
  /** Milliseconds of silence after which each side makes sure that the other is there; 0 for never. */
  heartbeat?: number | undefined;
}

/** Milliseconds a network may take to forget a silent connection, by far. */
const HEARTBEAT_MS = 30_000;

/** One connection to a service: typed calls and streams. */
export class Client<S extends Service> {
  readonly service: S;
  readonly address: Address;
  readonly #connection: Connection;
  readonly #exchange: Exchange;
  #hello: Hello | undefined;

  constructor(service: S, address: Address, connection: Connection) {
    this.service = service;
    this.address = address;
    this.#connection = connection;
    this.#exchange = new Exchange(connection, `${service.name} at ${formatAddress(address)}`);
  }

  /** What the service said of itself. */
  get hello(): Hello {
    if (!this.#hello) throw new Error('greet first');
    return this.#hello;
  }

  /** Resolves when the connection is over, whoever ended it. */
  get closed(): Promise<void> {
    return this.#exchange.closed;
  }

  /** Aborts when the connection is over: for what shall last as long. */
  get over(): AbortSignal {
    return this.#exchange.over;
  }

  /** Aborts when nothing more can be asked: the connection is over, or the service has said that it ends it. */
  get ending(): AbortSignal {
    return this.#exchange.ending;
  }

  /** True once nothing more can be asked. */
  get lost(): boolean {
    return this.#exchange.ending.aborted;
  }

  /** True once the service has answered something besides the greeting. */
  get served(): boolean {
    return this.#exchange.served;
  }

  /** @throws ProtocolError what the service answered; `unsupported` if it is another one. */
  async greet({ client, auth, heartbeat = HEARTBEAT_MS }: Greeting): Promise<void> {
    const params = { protocol: PROTOCOL_VERSION, client, ...(heartbeat > 0 && { heartbeat }) };
    const hello = await this.#introduce(params, auth);
    if (hello.service !== this.service.name) {
      const place = formatAddress(this.address);
      throw new ProtocolError('unsupported', `${place} is ${hello.service}, not ${this.service.name}.`);
    }
    this.#hello = hello;
    this.#exchange.greeted(workable(hello.limits));
    if (hello.heartbeat !== undefined) keepAlive(this.#exchange, this.#connection, hello.heartbeat);
  }

  /** Milliseconds until the service answers a ping. */
  async ping(): Promise<number> {
    const start = performance.now();
    await this.#exchange.request('rpc.ping', sessionMethods['rpc.ping'], {}, {}).result;
    return performance.now() - start;
  }

  /**
   * Asks and waits for the answer.
   * @throws ProtocolError what the service answered, or `unavailable` if the connection ended before it did.
   */
  call<N extends Name<S>>(
    name: N,
    params: ParamsInput<S['methods'][N]>,
    options: CallOptions = {},
  ): Promise<ResultOf<S['methods'][N]>> {
    return this.#exchange.request(name, this.#method(name), params, options).result;
  }

  /**
   * Asks and streams: items and bytes in both directions until the answer. `credit` is what may wait for the reader: 256 KiB, or
   * 1024 items, unless given.
   */
  open<N extends Name<S>>(
    name: N,
    params: ParamsInput<S['methods'][N]>,
    options: AskOptions = {},
  ): Stream<S['methods'][N]> {
    const method = this.#method(name);
    const credit = options.credit ?? creditOf(method);
    const pending = this.#exchange.request(name, method, params, { ...options, credit });
    return new Stream(pending, this.#exchange, credit);
  }

  /** Asks nothing more, and ends the connection once everything is answered. */
  retire(): void {
    this.#exchange.retire();
  }

  /** Ends the connection; what is unanswered is cancelled. */
  close(): void {
    this.#exchange.close();
  }

  #method<N extends Name<S>>(name: N): S['methods'][N] {
    return (this.service.methods as S['methods'])[name];
  }

  /** Says who asks; a key has to be proven by signing what the service answers. */
  async #introduce(params: HelloParams, credentials: Credentials | undefined): Promise<Hello> {
    const auth = introduce(credentials, this.#connection);
    try {
      return await this.#sayHello(params, auth);
    } catch (error) {
      if (credentials?.type !== 'ed25519' || !isErrorType(error, 'unauthenticated')) throw error;
      const proof = await prove(credentials, this.service.name, error);
      if (!proof) throw error;
      return this.#sayHello(params, proof);
    }
  }

  #sayHello(params: HelloParams, auth: Auth | undefined): Promise<Hello> {
    const all = { ...params, ...(auth && { auth }) };
    return this.#exchange.request('rpc.hello', sessionMethods['rpc.hello'], all, {}).result;
  }
}

type HelloParams = ParamsInput<(typeof sessionMethods)['rpc.hello']>;

/** What a service announces, so that nothing here waits or counts for ever because of it. */
function workable(announced: Readonly<Record<string, number>>): Limits {
  const least = { line: 1024, body: 1, window: 4 };
  const known = Object.entries(LIMITS).map(([name, usual]) => {
    const value = Math.floor(announced[name] ?? usual);
    return [name, Math.max(least[name as keyof typeof least] ?? 0, Number.isFinite(value) ? value : usual)];
  });
  return Object.fromEntries(known) as Limits;
}
