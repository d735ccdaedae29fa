import { failure, readAs, result, type Id, type Notification, type Request } from '@sextant/protocol/envelope';
import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import { encodeLine, type Frame } from '@sextant/protocol/frame';
import type { Limits } from '@sextant/protocol/limits';
import { isStream, type Method } from '@sextant/protocol/method';
import { sessionNotifications } from '@sextant/protocol/session';
import type { Connection } from '@sextant/wire/connection';
import { Call } from './call.ts';
import type { Caller } from './caller.ts';
import { check, findRoute, touched, type Route } from './dispatch.ts';
import type { Host } from './host.ts';
import { forPeer } from './refusal.ts';

interface Open {
  readonly call: Call<never>;
  readonly route: Route;
  readonly since: number;
  /** It may be done, and is; how it ends is to be told. */
  admitted: boolean;
}

/** The unanswered requests of one connection. */
export class Requests {
  readonly #caller: Caller & { idle(): void };
  readonly #connection: Connection;
  readonly #host: Host;
  /** Only there while something is open: ten thousand connections are mostly idle. */
  #open: Map<Id, Open> | undefined;

  /** Its `idle` is told when the last one is answered. */
  constructor(caller: Caller & { idle(): void }, connection: Connection, host: Host) {
    this.#caller = caller;
    this.#connection = connection;
    this.#host = host;
  }

  get size(): number {
    return this.#open?.size ?? 0;
  }

  /**
   * Takes a request; it is answered, now or later.
   * @throws ProtocolError where it cannot even begin.
   */
  begin(request: Request, frame: Frame): void {
    const { inFlight } = this.#caller.limits;
    if (this.#open?.has(request.id))
      throw new ProtocolError('duplicate_id', 'A request with this id is still unanswered.');
    if (this.size >= inFlight) {
      throw new ProtocolError('limit', `A connection may have ${inFlight} requests unanswered; wait for one.`, {
        limit: 'inFlight',
        max: inFlight,
      });
    }
    const route = findRoute(this.#host.routes, request.method);
    if (route.method.channels && this.#caller.remote.transport === 'http') throw needsStream();
    const call = new Call<never>(
      request,
      this.#caller,
      this.#connection,
      frame,
      route.method.channels?.in !== undefined,
    );
    const open = { call, route, since: performance.now(), admitted: false };
    this.#open ??= new Map();
    this.#open.set(request.id, open);
    this.#run(open, request);
  }

  /** Keeps nothing where nothing is open. */
  rest(): void {
    if (this.size === 0) this.#open = undefined;
  }

  /** What a client says of one of its open requests. */
  notice({ method, params }: Notification, body: Uint8Array | undefined): void {
    if (method === 'rpc.data') {
      const { id, channel = '', item, end } = readAs(sessionNotifications['rpc.data'], params);
      const open = this.#open?.get(id);
      if (!open) return;
      const { channels, input } = open.route.method;
      if (item !== undefined && input) open.call.input.push({ channel, item: readAs(input, item) });
      else if (channels?.in?.includes(channel)) open.call.input.push({ channel, body, end });
    } else if (method === 'rpc.cancel') {
      const { id } = readAs(sessionNotifications['rpc.cancel'], params);
      this.#open?.get(id)?.call.cancel(new ProtocolError('cancelled', 'Cancelled as asked.'));
    } else if (method === 'rpc.credit') {
      const { id, n } = readAs(sessionNotifications['rpc.credit'], params);
      this.#open?.get(id)?.call.allow(n);
    }
  }

  /** The client sends no more into any of them. */
  callerEnded(): void {
    for (const { call } of this.#open?.values() ?? []) call.callerEnded();
  }

  /** Asks all of them to stop, or those that can be gone on with elsewhere. */
  cancel(reason: ProtocolError, which: 'all' | 'resumable'): void {
    for (const { call, route } of this.#open?.values() ?? []) {
      if (which === 'all' || route.method.resumable) call.cancel(reason);
    }
  }

  #run(open: Open, request: Request): void {
    try {
      const params = this.#admit(open, request);
      const outcome =
        request.key !== undefined && open.route.method.key
          ? this.#once(open, params, request.key)
          : open.route.handler(params, open.call);
      if (outcome instanceof Promise) void this.#settle(open, request, outcome);
      else this.#conclude(open, 'ok', result(open.call.id, outcome));
    } catch (error) {
      this.#fail(open, error);
    }
  }

  /** @throws ProtocolError if it may not be done; who reached for what is written down then. */
  #admit(open: Open, request: Request): object {
    const { name, method } = open.route;
    try {
      const params = check(open.route, request, this.#caller.principal);
      open.admitted = true;
      if (method.audited) this.#host.watcher.called(this.#caller, name, touched(method, params), 'allowed');
      return params;
    } catch (error) {
      if (isErrorType(error, 'forbidden') || (method.audited && isErrorType(error, 'unauthenticated'))) {
        this.#host.watcher.called(this.#caller, name, touched(method, request.params), error.type);
      }
      throw error;
    }
  }

  async #once({ call, route }: Open, params: object, key: string): Promise<object> {
    const { outcomes } = this.#host;
    const { over, principal } = this.#caller;
    const name = `${route.name} ${key}`;
    const { outcome, replayed } = await outcomes.once(
      principal.name,
      name,
      params,
      async () => route.handler(params, call),
      () => call.cancelled !== undefined,
    );
    if (replayed) call.replayed = true;
    else if (call.fleeting) whenAborted(over, () => outcomes.forget(principal.name, name));
    if ('value' in outcome) return outcome.value;
    throw outcome.error;
  }

  /** A request that ran out of time is answered at once, and keeps its place until its work has stopped. */
  async #settle(open: Open, request: Request, outcome: Promise<object>): Promise<void> {
    const { call, route } = open;
    let late = false;
    const timeout = request.timeout ?? usualTimeout(route.method, this.#caller.limits);
    const timer =
      timeout === undefined
        ? undefined
        : setTimeout(() => {
            late = true;
            const expired = new ProtocolError('deadline_exceeded', `Not done within ${timeout} ms.`);
            this.#answer(open, 'deadline_exceeded', failure(call.id, expired));
            call.cancel(expired);
          }, timeout);
    try {
      const value = await outcome;
      clearTimeout(timer);
      this.#conclude(open, 'ok', late ? undefined : result(call.id, value, call.marks));
    } catch (error) {
      clearTimeout(timer);
      if (late) this.#conclude(open, 'ok', undefined);
      else this.#fail(open, call.cancelled ?? error);
    }
  }

  #fail(open: Open, error: unknown): void {
    const { call, route } = open;
    const told = forPeer(error, this.#host.log, { session: this.#caller.id, request: call.id, method: route.name });
    this.#conclude(open, told.type, failure(call.id, told, call.marks));
  }

  #conclude(open: Open, outcome: string, answer: object | undefined): void {
    this.#open?.delete(open.call.id);
    if (answer) this.#answer(open, outcome, answer);
    if (this.size === 0) this.#caller.idle();
  }

  #log(request: Id, method: string, outcome: string, ms: number): void {
    this.#host.log.debug({ session: this.#caller.id, request, method, outcome, ms }, 'answered');
  }

  /** Whoever asked would have to close the connection over a longer line than agreed. */
  #answer({ call, route, since, admitted }: Open, outcome: string, answer: object): void {
    call.answered();
    const ms = performance.now() - since;
    this.#host.watcher.answered(route.name, outcome, ms);
    if (this.#host.isVerbose) this.#log(call.id, route.name, outcome, ms);
    if (route.method.audited && admitted) this.#host.watcher.called(this.#caller, route.name, undefined, outcome);
    const line = encodeLine(answer);
    // The service's own: a stranger may send less, and is answered all the same.
    const max = this.#host.limits.line;
    // A character takes three bytes at most: those of a short answer need not be counted.
    if (line.length * 3 <= max || Buffer.byteLength(line) <= max) return this.#connection.send(line);
    const long = new ProtocolError('limit', `It was done, but the answer is longer than ${max} bytes.`, {
      limit: 'line',
      max,
      retry: 'no',
    });
    this.#connection.send(encodeLine(failure(call.id, long)));
  }
}

function whenAborted(signal: AbortSignal, act: () => void): void {
  if (signal.aborted) act();
  else signal.addEventListener('abort', act, { once: true });
}

function needsStream(): ProtocolError {
  return new ProtocolError('unsupported', 'This method streams bytes, which a posted request cannot; use /ws or TCP.');
}

function usualTimeout(method: Method, limits: Limits): number | undefined {
  return method.timeoutMs ?? (isStream(method) ? undefined : limits.timeoutMs);
}
