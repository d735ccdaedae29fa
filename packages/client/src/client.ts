import {
  failure,
  notification,
  readAs,
  readMessage,
  request,
  type Id,
  type Notification,
  type Response,
} from '@sextant/protocol/envelope';
import { ProtocolError } from '@sextant/protocol/errors';
import { encodeLine, type Frame } from '@sextant/protocol/frame';
import { LIMITS } from '@sextant/protocol/limits';
import type { Method, ParamsInput, ResultOf, Service } from '@sextant/protocol/method';
import { PROTOCOL_VERSION, sessionMethods, sessionNotifications } from '@sextant/protocol/session';
import type { Connection } from '@sextant/wire/connection';
import { dial, type Address } from '@sextant/wire/dial';
import { notGreeted, oneWay, tooLong } from './errors.ts';
import { Pending, type CallOptions } from './pending.ts';
import { Stream } from './stream.ts';

type Hello = ResultOf<(typeof sessionMethods)['rpc.hello']>;
type Name<S extends Service> = keyof S['methods'] & string;

/** Who asks, and until when it wants to. */
export interface ConnectOptions {
  /** Name and version of the program, such as `sextant/1.2`. */
  client: string;
  signal?: AbortSignal | undefined;
}

/** What waits to be sent is our caller's own, so it is not bounded here. */
const DIALLING = { ...LIMITS, outputHard: Infinity };

/** Milliseconds the other side has to greet back: who takes connections and says nothing is no service of ours. */
const GREET_MS = 10_000;

/**
 * Connects to a service and greets it.
 * @throws ProtocolError `unavailable` if nothing answers there; `unsupported` if something else does.
 */
export async function connect<S extends Service>(
  service: S,
  address: Address,
  options: ConnectOptions,
): Promise<Client<S>> {
  const connection = await dial(address, DIALLING, options.signal);
  const client = new Client(service, address, connection);
  const patience = AbortSignal.any([AbortSignal.timeout(GREET_MS), ...(options.signal ? [options.signal] : [])]);
  const giveUp = (): void => connection.destroy();
  patience.addEventListener('abort', giveUp, { once: true });
  try {
    await client.greet(options.client);
    return client;
  } catch (error) {
    const silent = patience.aborted || client.lost;
    client.close();
    throw silent ? notGreeted(service, address) : error;
  } finally {
    patience.removeEventListener('abort', giveUp);
  }
}

/** One connection to a service: typed calls and streams. */
export class Client<S extends Service> {
  readonly address: Address;
  /** Resolves when the connection is over, whoever ended it. */
  readonly closed: Promise<void>;
  /** Aborts when the connection is over: for what shall last as long. */
  readonly over: AbortSignal;
  readonly #service: S;
  readonly #connection: Connection;
  readonly #pending = new Map<Id, Pending>();
  #nextId = 1;
  #hello: Hello | undefined;
  #loss: ProtocolError | undefined;
  #leaving = false;

  constructor(service: S, address: Address, connection: Connection) {
    this.#service = service;
    this.address = address;
    this.#connection = connection;
    const over = new AbortController();
    this.over = over.signal;
    this.closed = new Promise((resolve) => {
      connection.open({
        frame: (frame) => this.#receive(frame),
        malformed: (error, fatal) => fatal && connection.destroy(error),
        ended: () => connection.end(),
        closed: () => {
          this.#lose();
          over.abort();
          resolve();
        },
      });
    });
  }

  /** What the service said of itself. */
  get hello(): Hello {
    if (!this.#hello) throw new Error('greet first');
    return this.#hello;
  }

  /** True once the connection is over, or the service has said that it ends it. */
  get lost(): boolean {
    return this.#leaving || this.#loss !== undefined;
  }

  async greet(client: string): Promise<void> {
    const hello = await this.#request(
      'rpc.hello',
      sessionMethods['rpc.hello'],
      { protocol: PROTOCOL_VERSION, client },
      {},
    ).result;
    if (hello.service !== this.#service.name) {
      const { host, port } = this.address;
      throw new ProtocolError('unsupported', `${host}:${port} is ${hello.service}, not ${this.#service.name}.`);
    }
    this.#hello = hello;
  }

  /** Milliseconds until the service answers a ping. */
  async ping(): Promise<number> {
    const start = performance.now();
    await this.#request('rpc.ping', sessionMethods['rpc.ping'], {}, {}).result;
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
    return this.#request(name, this.#method(name), params, options).result;
  }

  /** Asks and streams: items and bytes in both directions until the answer. */
  open<N extends Name<S>>(
    name: N,
    params: ParamsInput<S['methods'][N]>,
    options: CallOptions = {},
  ): Stream<S['methods'][N]> {
    const pending = this.#request(name, this.#method(name), params, options);
    return new Stream(pending, this.#connection, this.hello.limits);
  }

  /** Ends the connection; what is unanswered is cancelled. */
  close(): void {
    for (const pending of this.#pending.values()) pending.cancel();
    this.#connection.end();
    this.#lose('was closed');
  }

  #method<N extends Name<S>>(name: N): S['methods'][N] {
    return (this.#service.methods as S['methods'])[name];
  }

  #request<M extends Method>(name: string, method: M, params: object, options: CallOptions): Pending<M> {
    const id = this.#nextId++;
    const pending = new Pending(id, method, options.signal, () => this.#notify('rpc.cancel', { id }));
    if (this.#loss) {
      pending.fail(this.#loss);
      return pending;
    }
    this.#pending.set(id, pending);
    const { body, timeout } = options;
    const line = encodeLine(request(id, name, params, timeout === undefined ? undefined : { timeout }), body?.length);
    const max = this.#hello?.limits['line'] ?? LIMITS.line;
    if (Buffer.byteLength(line) > max) {
      this.#pending.delete(id);
      pending.fail(tooLong(name, max));
    } else if (body) this.#connection.send(line, body, '\n');
    else this.#connection.send(line);
    return pending;
  }

  #notify(method: string, params: object): void {
    if (!this.#loss) this.#connection.send(encodeLine(notification(method, params)));
  }

  #receive(frame: Frame): void {
    try {
      this.#understand(frame);
    } catch (error) {
      this.#connection.destroy(Error.isError(error) ? error : new Error(String(error)));
    }
  }

  #understand(frame: Frame): void {
    const message = readMessage(frame.message);
    if (message.kind === 'response') this.#answered(message.response);
    else if (message.kind === 'notification') this.#notice(message.notification, frame.body);
    else this.#connection.send(encodeLine(failure(message.request.id, oneWay())));
  }

  #answered(response: Response): void {
    const pending = response.id === null ? undefined : this.#pending.get(response.id);
    if (!pending) return;
    this.#pending.delete(pending.id);
    if ('result' in response) pending.succeed(response.result);
    else pending.fail(ProtocolError.fromWire(response.error));
  }

  #notice({ method, params }: Notification, body: Uint8Array | undefined): void {
    if (method === 'rpc.data') {
      const { id, ...part } = readAs(sessionNotifications['rpc.data'], params);
      this.#pending.get(id)?.receive({ ...part, body });
    } else if (method === 'rpc.credit') {
      const { id, n } = readAs(sessionNotifications['rpc.credit'], params);
      this.#pending.get(id)?.credit(n);
    } else if (method === 'rpc.goaway') {
      this.#leaving = true;
    }
  }

  /** Nothing is answered any more: each request learns that it may or may not have happened. */
  #lose(how = 'was lost'): void {
    const { host, port } = this.address;
    this.#loss ??= new ProtocolError(
      'unavailable',
      `The connection to ${this.#service.name} at ${host}:${port} ${how}.`,
      {
        retry: 'unknown',
      },
    );
    for (const pending of this.#pending.values()) pending.fail(this.#loss);
    this.#pending.clear();
  }
}
