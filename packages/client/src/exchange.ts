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
import { hasHalfPair } from '@sextant/protocol/line';
import { LIMITS, type Limits } from '@sextant/protocol/limits';
import type { Method } from '@sextant/protocol/method';
import { sessionNotifications } from '@sextant/protocol/session';
import type { Connection } from '@sextant/wire/connection';
import { goingAway, halfPair, lost, oneWay, refused, tooLong } from './errors.ts';
import { Pending, type CallOptions } from './pending.ts';

const encoder = new TextEncoder();

/** One connection and what was asked on it: sends requests, and gives each what comes for it. */
export class Exchange {
  /** Resolves when the connection is over, whoever ended it. */
  readonly closed: Promise<void>;
  readonly #place: string;
  readonly #connection: Connection;
  readonly #pending = new Map<Id, Pending>();
  readonly #over = new AbortController();
  readonly #ending = new AbortController();
  #nextId = 1;
  #served = false;
  #pauses = 0;
  #sentAt = performance.now();
  #limits: Limits = LIMITS;
  #loss: ProtocolError | undefined;
  #retired = false;

  /** `place`: how errors name the other side. */
  constructor(connection: Connection, place: string) {
    this.#place = place;
    this.#connection = connection;
    this.closed = new Promise((resolve) => {
      connection.open({
        frame: (frame) => this.#receive(frame),
        malformed: (error, fatal) => fatal && connection.destroy(error),
        ended: () => connection.end(),
        closed: (error) => {
          this.#lose(lost(place, 'was lost', error));
          this.#over.abort();
          resolve();
        },
      });
    });
  }

  /** Aborts when the connection is over. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** Aborts when nothing more can be asked here, with why. */
  get ending(): AbortSignal {
    return this.#ending.signal;
  }

  /** True once something came besides the greeting. */
  get served(): boolean {
    return this.#served;
  }

  /** True while it does not read. */
  get paused(): boolean {
    return this.#pauses > 0;
  }

  /** When something was last sent, by `performance.now()`. */
  get sentAt(): number {
    return this.#sentAt;
  }

  /** What the service keeps to, as far as it has said so. */
  get limits(): Limits {
    return this.#limits;
  }

  /** The service has said what it keeps to. */
  greeted(limits: Limits): void {
    this.#limits = limits;
    this.#served = false;
  }

  request<M extends Method>(name: string, method: M, params: object, options: AskOptions): Pending<M> {
    const id = this.#nextId++;
    const pending = new Pending(id, method, options.signal, () => this.notify('rpc.cancel', { id }));
    const { body, timeout, key, credit } = options;
    const line = encodeLine(request(id, name, params, { timeout, key, credit }), body?.length);
    if (this.ending.aborted) pending.fail(refused(this.ending.reason));
    else if (isLonger(line, this.limits.line)) pending.fail(tooLong(name, this.limits.line));
    // The service could not say which request it means by refusing such a line.
    else if (hasHalfPair(line, params)) pending.fail(halfPair(name));
    else {
      this.#pending.set(id, pending);
      if (body) this.send(line, body, '\n');
      else this.send(line);
    }
    return pending;
  }

  notify(method: string, params: object): void {
    this.send(encodeLine(notification(method, params)));
  }

  /** Sends the parts of one frame, unless the connection is over. */
  send(...parts: (string | Uint8Array)[]): void {
    if (this.#loss) return;
    this.#sentAt = performance.now();
    this.#connection.send(...parts);
  }

  /** Resolves when more may be sent without it waiting here. */
  drained(): Promise<void> {
    return this.#connection.drained();
  }

  /** Stops reading, for all of the connection, until as many `resume`. */
  pause(): void {
    this.#pauses += 1;
    this.#connection.pause();
  }

  resume(): void {
    this.#pauses -= 1;
    this.#connection.resume();
  }

  /** Asks nothing more, and ends the connection once everything is answered. */
  retire(): void {
    this.#ending.abort(lost(this.#place, 'was closed'));
    this.#retired = true;
    this.#endIfDone();
  }

  /** Ends the connection; what is unanswered is cancelled. */
  close(): void {
    for (const pending of this.#pending.values()) pending.cancel();
    this.#connection.end();
    this.#lose(lost(this.#place, 'was closed'));
  }

  #receive(frame: Frame): void {
    try {
      this.#understand(frame);
    } catch (error) {
      this.#connection.destroy(Error.isError(error) ? error : new Error(String(error)));
    }
  }

  #understand(frame: Frame): void {
    this.#served = true;
    const message = readMessage(frame.message);
    if (message.kind === 'response') this.#answered(message.response);
    else if (message.kind === 'notification') this.#notice(message.notification, frame.body);
    else this.send(encodeLine(failure(message.request.id, oneWay())));
  }

  #answered(response: Response): void {
    const pending = response.id === null ? undefined : this.#pending.get(response.id);
    if (!pending) return;
    this.#pending.delete(pending.id);
    if ('result' in response) pending.succeed(response.result);
    else pending.fail(ProtocolError.fromWire(response.error));
    this.#endIfDone();
  }

  #notice({ method, params }: Notification, body: Uint8Array | undefined): void {
    if (method === 'rpc.data') {
      const { id, ...part } = readAs(sessionNotifications['rpc.data'], params);
      this.#pending.get(id)?.receive({ ...part, body });
    } else if (method === 'rpc.credit') {
      const { id, n } = readAs(sessionNotifications['rpc.credit'], params);
      this.#pending.get(id)?.credit(n);
    } else if (method === 'rpc.goaway') {
      this.#ending.abort(goingAway(this.#place, readAs(sessionNotifications['rpc.goaway'], params)));
    }
  }

  #endIfDone(): void {
    if (this.#retired && this.#pending.size === 0) this.#connection.end();
  }

  /** Nothing is answered any more: each request learns that it may or may not have happened. */
  #lose(loss: ProtocolError): void {
    this.#loss ??= loss;
    this.#ending.abort(this.#loss);
    for (const pending of this.#pending.values()) pending.fail(this.#loss);
    this.#pending.clear();
  }
}

/** What goes with a request. */
export interface AskOptions extends CallOptions {
  /** Bytes or items that may come before more is granted; all unless given. */
  credit?: number | undefined;
}

function isLonger(line: string, maxBytes: number): boolean {
  return line.length * 3 > maxBytes && encoder.encode(line).length > maxBytes;
}
