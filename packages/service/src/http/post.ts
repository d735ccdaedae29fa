import type { ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { failure } from '@sextant/protocol/envelope';
import { ProtocolError } from '@sextant/protocol/errors';
import { parseLine, type JsonObject } from '@sextant/protocol/line';
import type { Limits } from '@sextant/protocol/limits';
import type { Connection, ConnectionEvents, Remote } from '@sextant/wire/connection';
import { json, write } from './answer.ts';
import { statusOf } from './status.ts';

/** A connection of one request: what was posted. Its answer is the response; what it streams before is left out. */
export class PostConnection implements Connection {
  readonly remote: Remote;
  readonly receivedBytes: number;
  sentFrames = 0;
  readonly pendingBytes = 0;
  readonly writtenBytes = 0;
  readonly congested = false;
  limits: Limits;
  readonly #posted: Uint8Array;
  readonly #response: ServerResponse;

  constructor(posted: Uint8Array, response: ServerResponse, limits: Limits, remote: Remote) {
    this.#posted = posted;
    this.#response = response;
    this.limits = limits;
    this.remote = remote;
    this.receivedBytes = posted.length;
  }

  open(events: ConnectionEvents): void {
    // The socket's end, not the response's: one that waits behind another is never told of its own.
    const { socket } = this.#response.req;
    if (socket.destroyed) return events.closed(undefined);
    socket.once('close', () => events.closed(undefined));
    try {
      events.frame({ message: this.#read() });
      events.ended();
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#respond(failure(null, error));
    }
  }

  send(line: string | Uint8Array): void {
    this.sentFrames += 1;
    const message = JSON.parse(String(line)) as JsonObject;
    if (!('method' in message)) this.#respond(message);
  }

  /** What is left out is never too much; but whoever streams much must let others be served. */
  drained(): Promise<void> {
    return setImmediate();
  }

  /** There is nothing more to read. */
  pause(): void {}
  resume(): void {}
  probe(): void {}

  /** A notification has no answer. */
  end(): void {
    if (!this.#response.headersSent) this.#response.writeHead(204, { Connection: 'close' }).end();
  }

  destroy(): void {
    this.#response.destroy();
  }

  #read(): JsonObject {
    if (this.#posted.length > this.limits.line) {
      throw new ProtocolError('line_too_long', `A request may have ${this.limits.line} bytes.`, {
        limit: 'line',
        max: this.limits.line,
      });
    }
    const message = parseLine(this.#posted, this.limits.depth);
    if (Object.hasOwn(message, 'body')) {
      throw new ProtocolError('unsupported', 'A posted request has no body besides its JSON; use /ws or TCP for that.');
    }
    return message;
  }

  #respond(message: object): void {
    if (this.#response.headersSent) return;
    const error = (message as { error?: { data: { type: string } } }).error;
    write(this.#response, json(error ? statusOf(error.data.type) : 200, message));
  }
}
