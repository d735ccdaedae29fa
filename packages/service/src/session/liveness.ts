import type { Limits } from '@sextant/protocol/limits';
import type { Connection } from '@sextant/wire/connection';

/** Heartbeats that may be missed. */
const MISSED = 3;

/** Milliseconds that looks come early or late: three of a second each are not to be a fourth short of three seconds. */
const JITTER_MS = 50;

/** Bytes in which anybody can say who it is: a WebSocket's message cannot be refused before it is whole. */
const STRANGER_BYTES = 64 * 1024;

/** Knows how long nothing came on a connection. Only time in which the service itself was awake counts. */
export class Liveness {
  /** As agreed, if it was. */
  heartbeatMs: number | undefined;
  readonly #connection: Connection;
  readonly #limits: Limits;
  #ageMs = 0;
  #silentMs = 0;
  #receivedBytes = 0;
  #stalledMs = 0;
  #writtenBytes = 0;
  #spoken = false;

  constructor(connection: Connection, limits: Limits) {
    this.#connection = connection;
    this.#limits = limits;
  }

  /** A whole frame came. */
  spoke(): void {
    this.#spoken = true;
  }

  /** More time has passed: true if the other side has taken nothing of what waits for it for too long. */
  isStalled(elapsedMs: number): boolean {
    const { pendingBytes, writtenBytes } = this.#connection;
    const moved = pendingBytes === 0 || writtenBytes !== this.#writtenBytes;
    this.#stalledMs = moved ? 0 : this.#stalledMs + elapsedMs;
    this.#writtenBytes = writtenBytes;
    return this.#stalledMs > this.#limits.stalledWriteMs;
  }

  /** More time has passed: true if the connection has been silent for too long, or has not said who it is. */
  isOver(elapsedMs: number, busy: boolean, stranger: boolean): boolean {
    const { receivedBytes } = this.#connection;
    this.#ageMs += elapsedMs;
    this.#silentMs = receivedBytes === this.#receivedBytes ? this.#silentMs + elapsedMs : 0;
    this.#receivedBytes = receivedBytes;
    if (stranger && receivedBytes > STRANGER_BYTES) return true;
    if (!this.#spoken || (stranger && !busy)) return this.#ageMs > this.#limits.firstLineMs;
    if (this.heartbeatMs !== undefined) return this.#silentMs >= MISSED * this.heartbeatMs - JITTER_MS;
    // Who only listens says nothing: whether it is still there the system finds out, by keep-alive.
    return !busy && this.#silentMs > this.#limits.idleMs;
  }
}
