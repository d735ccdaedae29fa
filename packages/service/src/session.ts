import { randomUUID } from 'node:crypto';
import {
  failure,
  readAs,
  readId,
  readMessage,
  result,
  type Id,
  type Notification,
  type Request,
} from '@sextant/protocol/envelope';
import { ProtocolError } from '@sextant/protocol/errors';
import { encodeLine, type Frame } from '@sextant/protocol/frame';
import type { Limits } from '@sextant/protocol/limits';
import { isStream, type Method } from '@sextant/protocol/method';
import { sessionNotifications, type Goaway } from '@sextant/protocol/session';
import type { Connection } from '@sextant/wire/connection';
import { Call } from './call.ts';
import { dispatch, findRoute, type Route, type Routes } from './dispatch.ts';
import type { Log } from './log.ts';

/** What a session needs of the service it belongs to. */
export interface SessionHost {
  readonly routes: Routes;
  readonly limits: Limits;
  readonly log: Log;
}

/** One client's connection to a service, and its unanswered requests. */
export class Session {
  /** Names this connection in logs and as the owner of what it started. */
  readonly id = randomUUID();
  readonly remote: Connection['remote'];
  readonly limits: Limits;
  readonly #connection: Connection;
  readonly #host: SessionHost;
  readonly #calls = new Map<Id, { call: Call<never>; route: Route }>();
  readonly #over = new AbortController();
  #ended = false;
  #leaving = false;
  #malformed = 0;

  constructor(connection: Connection, host: SessionHost) {
    this.#connection = connection;
    this.#host = host;
    this.limits = host.limits;
    this.remote = connection.remote;
  }

  /** Aborts when the connection is over: whatever lives with it ends now. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** Bytes waiting to be written. */
  get pendingBytes(): number {
    return this.#connection.pendingBytes;
  }

  /** True while a request is unanswered. */
  get busy(): boolean {
    return this.#calls.size > 0;
  }

  receive(frame: Frame): void {
    try {
      const message = readMessage(frame.message);
      if (message.kind === 'request') this.#begin(message.request, frame.body);
      else if (message.kind === 'notification') this.#notice(message.notification, frame.body);
    } catch (error) {
      this.#answer(failure(readId(frame.message), this.#forPeer(error)));
    }
  }

  /** Answers a line that could not be read; too many of them, or a lost position, end the connection. */
  refuse(error: ProtocolError, fatal: boolean): void {
    if (this.#leaving) return;
    this.#malformed += 1;
    this.#answer(failure(null, error));
    if (fatal || this.#malformed >= this.limits.malformed) this.leave('protocol_error');
  }

  /** The client will ask no more: what it asked is answered, then the connection ends. */
  finish(): void {
    this.#ended = true;
    for (const { call, route } of this.#calls.values()) if (route.method.channels?.in) call.input.end();
    if (!this.busy) this.#connection.end();
  }

  /**
   * An ended client may be gone or may still read; only bytes can tell. An empty line is ignored by a reader and is
   * answered with a reset by the system of one that is gone.
   */
  probe(): void {
    if (this.#ended && this.busy) this.#connection.send('\n');
  }

  /** Says goodbye, cancels what is unanswered and ends the connection once that is written. */
  leave(reason: string): void {
    this.#goaway({ reason, graceMs: 0 });
    this.#cancelAll(new ProtocolError('unavailable', 'The service ends this connection.', { retry: 'unknown' }));
    this.retire();
  }

  /** Begins nothing more, and ends the connection once everything is answered. */
  retire(): void {
    this.#leaving = true;
    this.finish();
  }

  #goaway(params: Goaway): void {
    this.#connection.send(encodeLine({ jsonrpc: '2.0', method: 'rpc.goaway', params }));
  }

  #cancelAll(reason: ProtocolError): void {
    for (const { call } of this.#calls.values()) call.cancel(reason);
  }

  /** The connection is over. */
  close(): void {
    this.#cancelAll(new ProtocolError('cancelled', 'The connection ended.'));
    this.#over.abort();
  }

  /** Ends the connection now; nothing waiting is written any more. */
  destroy(): void {
    this.#connection.destroy();
  }

  #begin(request: Request, body: Uint8Array | undefined): void {
    const { inFlight } = this.limits;
    if (this.#leaving) throw new ProtocolError('unavailable', 'This connection is being ended; dial again.');
    if (this.#calls.has(request.id))
      throw new ProtocolError('duplicate_id', 'A request with this id is still unanswered.');
    if (this.#calls.size >= inFlight) {
      throw new ProtocolError('limit', `A connection may have ${inFlight} requests unanswered; wait for one.`, {
        limit: 'inFlight',
        max: inFlight,
      });
    }
    const route = findRoute(this.#host.routes, request.method);
    const call = new Call<never>(request.id, this, this.#connection, body);
    this.#calls.set(request.id, { call, route });
    this.#run(route, request, call);
  }

  #run(route: Route, request: Request, call: Call<never>): void {
    try {
      const outcome = dispatch(route, request, call);
      if (outcome instanceof Promise) void this.#settle(route, request, call, outcome);
      else this.#conclude(call, result(call.id, outcome));
    } catch (error) {
      this.#conclude(call, failure(call.id, this.#forPeer(error)));
    }
  }

  /** A request that ran out of time is answered at once, and keeps its place until its work has stopped. */
  async #settle(route: Route, request: Request, call: Call<never>, outcome: Promise<object>): Promise<void> {
    let late = false;
    const timeout = request.timeout ?? usualTimeout(route.method, this.limits);
    const timer =
      timeout === undefined
        ? undefined
        : setTimeout(() => {
            late = true;
            call.answered();
            const expired = new ProtocolError('deadline_exceeded', `Not done within ${timeout} ms.`);
            this.#answer(failure(call.id, expired));
            call.cancel(expired);
          }, timeout);
    const answer = await outcome.then(
      (value) => result(call.id, value),
      (error: unknown) => failure(call.id, call.cancelled ?? this.#forPeer(error)),
    );
    clearTimeout(timer);
    this.#conclude(call, late ? undefined : answer);
  }

  #conclude(call: Call<never>, answer: object | undefined): void {
    this.#calls.delete(call.id);
    call.answered();
    if (answer) this.#conclusion(call.id, answer);
    if (this.#ended && !this.busy) this.#connection.end();
  }

  /** Whoever asked would have to close the connection over a longer line than agreed. */
  #conclusion(id: Id, answer: object): void {
    const line = encodeLine(answer);
    if (Buffer.byteLength(line) <= this.limits.line) return this.#connection.send(line);
    const max = this.limits.line;
    const long = new ProtocolError('limit', `It was done, but the answer is longer than ${max} bytes.`, {
      limit: 'line',
      max,
      retry: 'no',
    });
    this.#answer(failure(id, long));
  }

  #answer(message: object): void {
    this.#connection.send(encodeLine(message));
  }

  #notice({ method, params }: Notification, body: Uint8Array | undefined): void {
    if (method === 'rpc.data') {
      const { id, channel = '', end } = readAs(sessionNotifications['rpc.data'], params);
      const open = this.#calls.get(id);
      if (open?.route.method.channels?.in?.includes(channel)) open.call.input.push({ channel, body, end });
    } else if (method === 'rpc.cancel') {
      const { id } = readAs(sessionNotifications['rpc.cancel'], params);
      this.#calls.get(id)?.call.cancel(new ProtocolError('cancelled', 'Cancelled as asked.'));
    }
  }

  /** Errors meant for the other side go there; of all others it gets the number of a line in our log. */
  #forPeer(error: unknown): ProtocolError {
    if (error instanceof ProtocolError) return error;
    const ref = randomUUID();
    this.#host.log.error({ err: error, ref, session: this.id }, 'a handler failed');
    return new ProtocolError('internal', `The service failed to answer; its log has the reason under ${ref}.`, { ref });
  }
}

function usualTimeout(method: Method, limits: Limits): number | undefined {
  return method.timeoutMs ?? (isStream(method) ? undefined : limits.timeoutMs);
}
