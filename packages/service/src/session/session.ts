import { failure, readId, readMessage } from '@sextant/protocol/envelope';
import { ProtocolError } from '@sextant/protocol/errors';
import { encodeLine, type Frame } from '@sextant/protocol/frame';
import type { Limits } from '@sextant/protocol/limits';
import { HEARTBEAT_MS, type Auth, type Goaway } from '@sextant/protocol/session';
import type { Connection, ConnectionEvents } from '@sextant/wire/connection';
import type { Caller, Principal } from './caller.ts';
import type { Challenge } from '../identity/challenge.ts';
import type { Host } from './host.ts';
import type { Grant } from '../identity/identities.ts';
import { Liveness } from './liveness.ts';
import { forPeer } from './refusal.ts';
import { Requests } from './requests.ts';

/** Whoever is refused so is not listened to on this connection any more. */
const ENDING: ReadonlySet<string> = new Set(['insecure_transport', 'rate_limited']);

/** One client's connection to a service: who it is, what it asks, and whether it is still there. */
export class Session implements Caller, ConnectionEvents {
  readonly id: string;
  readonly #connection: Connection;
  readonly #host: Host;
  readonly #requests: Requests;
  readonly #liveness: Liveness;
  #over: AbortController | undefined;
  #isOver = false;
  #grant: Grant;
  #challenge: Challenge | undefined;
  #isEnded = false;
  #leaving = false;
  #isRetired = false;
  #isSilent = false;
  #malformedLines = 0;
  #receivedFrames = 0;
  #sentFrames = 0;

  constructor(connection: Connection, host: Host, grant?: Grant) {
    this.id = host.nextId();
    this.#connection = connection;
    this.#host = host;
    this.#grant = grant ?? host.authenticator.stranger(connection.remote);
    this.#requests = new Requests(this, connection, host);
    this.#liveness = new Liveness(connection, host.limits);
    this.#setLimits();
  }

  get remote(): Connection['remote'] {
    return this.#connection.remote;
  }

  get principal(): Principal {
    return this.#grant.principal;
  }

  /** What it was let in by. */
  get grant(): Grant {
    return this.#grant;
  }

  /** True until it may ask anything. */
  get isStranger(): boolean {
    return this.principal.scopes.length === 0;
  }

  get limits(): Limits {
    return this.#connection.limits;
  }

  /** Aborts when the connection is over: whatever lives with it ends now. */
  get over(): AbortSignal {
    this.#over ??= new AbortController();
    if (this.#isOver) this.#over.abort();
    return this.#over.signal;
  }

  /** Bytes waiting to be written. */
  get pendingBytes(): number {
    return this.#connection.pendingBytes;
  }

  /** True while a request is unanswered. */
  get busy(): boolean {
    return this.#requests.size > 0;
  }

  frame(frame: Frame): void {
    this.#liveness.spoke();
    this.#receivedFrames += 1;
    try {
      const message = readMessage(frame.message);
      if (message.kind === 'notification') this.#requests.notice(message.notification, frame.body);
      else if (message.kind === 'request') {
        if (this.#leaving) throw new ProtocolError('unavailable', 'This connection is being ended; dial again.');
        this.#requests.begin(message.request, frame);
      }
    } catch (error) {
      this.#say(failure(readId(frame.message), forPeer(error, this.#host.log, { session: this.id })));
    }
  }

  /** Answers a line that could not be read; too many of them, or a lost position, end the connection. */
  malformed(error: ProtocolError, fatal: boolean): void {
    if (this.#leaving) return;
    this.#malformedLines += 1;
    this.#say(failure(null, error));
    if (fatal || this.#malformedLines >= this.limits.malformed) this.leave('protocol_error');
  }

  /** While it is looked at who the caller is, nothing more is read. */
  async identify(auth: Auth): Promise<void> {
    const { authenticator } = this.#host;
    this.#connection.pause();
    try {
      const challenge = this.#challenge;
      this.#challenge = undefined;
      const ask = (asked: Challenge): void => void (this.#challenge = asked);
      this.#grant =
        auth.type === 'token'
          ? await authenticator.byToken(auth.token, this.remote)
          : await authenticator.byKey(auth, this.remote, challenge, ask);
      this.#setLimits();
      this.#host.known(this.remote);
    } catch (error) {
      if (error instanceof ProtocolError && ENDING.has(error.type)) this.retire();
      throw error;
    } finally {
      // Once this is answered: what was sent meanwhile comes after it.
      setImmediate(() => this.#connection.resume());
    }
  }

  agreeHeartbeat(ms: number): number {
    const agreed = Math.min(Math.max(ms, HEARTBEAT_MS.min), HEARTBEAT_MS.max);
    this.#liveness.heartbeatMs = agreed;
    return agreed;
  }

  /** The client will ask no more: what it asked is answered, then the connection ends. */
  ended(): void {
    this.#isEnded = true;
    this.#requests.callerEnded();
    if (!this.busy) this.#connection.end();
  }

  /** Is a client that has ended its side, and waits for an answer, still there? */
  probe(): void {
    // Whoever was silent for too long was told, and will hardly answer.
    if (this.#isSilent) this.destroy();
    else if (this.#isEnded && this.busy) this.#connection.probe();
  }

  /** Time has passed: is the other side still there, and is it still welcome? */
  tick(elapsedMs: number): void {
    this.#countFrames();
    this.#requests.rest();
    if (this.#liveness.isStalled(elapsedMs)) this.destroy();
    else if (!this.#leaving && this.#liveness.isOver(elapsedMs, this.busy, this.isStranger)) {
      this.#isSilent = true;
      this.leave('idle');
    }
  }

  /** Says goodbye: what is unanswered has `graceMs`, and what can be gone on with elsewhere ends now. */
  drain(reason: string, graceMs: number): void {
    this.#goaway({ reason, graceMs });
    const ending = new ProtocolError('unavailable', 'The service ends; go on with another start of it.');
    this.#requests.cancel(ending, 'resumable');
    this.#leaving = true;
  }

  /** Says goodbye, unless that was said, cancels what is unanswered and ends the connection once that is written. */
  leave(reason: string): void {
    if (!this.#leaving) this.#goaway({ reason, graceMs: 0 });
    const ending = new ProtocolError('unavailable', 'The service ends this connection.', { retry: 'unknown' });
    this.#requests.cancel(ending, 'all');
    this.retire();
  }

  /** Begins nothing more, and ends the connection once everything is answered. */
  retire(): void {
    this.#leaving = true;
    this.#isRetired = true;
    if (!this.busy) this.#connection.end();
  }

  /** The connection is over. */
  closed(error: Error | undefined): void {
    if (error) this.#host.log.debug({ session: this.id, reason: error.message }, 'a connection broke');
    this.#host.left(this);
    this.#requests.cancel(new ProtocolError('cancelled', 'The connection ended.'), 'all');
    this.#countFrames();
    this.#isOver = true;
    this.#over?.abort();
  }

  /** Ends the connection now; nothing waiting is written any more. */
  destroy(): void {
    this.#connection.destroy();
  }

  /** Since it was counted last: not for each frame, since there may be half a million of them in a second. */
  #countFrames(): void {
    const { sentFrames } = this.#connection;
    if (this.#receivedFrames > 0) this.#host.watcher.frames('in', this.#receivedFrames);
    if (sentFrames > this.#sentFrames) this.#host.watcher.frames('out', sentFrames - this.#sentFrames);
    this.#receivedFrames = 0;
    this.#sentFrames = sentFrames;
  }

  /** Nothing is unanswered any more. */
  idle(): void {
    if (this.#isEnded || this.#isRetired) this.#connection.end();
  }

  /** Whoever may ask nothing may also say little. */
  #setLimits(): void {
    this.#connection.limits = this.isStranger ? this.#host.strangerLimits : this.#host.limits;
  }

  #goaway(params: Goaway): void {
    this.#say({ jsonrpc: '2.0', method: 'rpc.goaway', params });
  }

  #say(message: object): void {
    this.#connection.send(encodeLine(message));
  }
}
