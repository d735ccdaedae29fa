import type { Socket } from 'node:net';
import { ProtocolError } from '@sextant/protocol/errors';
import { FrameDecoder } from '@sextant/protocol/frame';
import type { Limits } from '@sextant/protocol/limits';
import { HOLD_MARKS, type Connection, type ConnectionEvents, type Remote } from './connection.ts';
import { SendQueue, type Outlet } from './send-queue.ts';

/**
 * Whoever vanished without a word is noticed within a minute, even where neither side has anything to say. At a time of its
 * own: ten thousand probes in one instant are more than a network card's queue takes, and who is not heard is given up.
 */
function keepAlive(): { enable: true; initialDelay: number; interval: number; count: number } {
  return { enable: true, initialDelay: 15_000 + Math.random() * 15_000, interval: 3000, count: 9 };
}

/** Milliseconds the other side has to end its side after we ended ours. */
const LINGER_MS = 5000;

/** The same where it was told that it makes no sense. */
const LOST_LINGER_MS = 500;

/** Bytes after a framing error that are read, so that closing does not reset the connection before the error is read. */
const DISCARD_BYTES = 256 * 1024;

/** Frames over a TCP or Unix socket. The socket must have been made with `allowHalfOpen`. */
export class TcpConnection implements Connection, Outlet {
  readonly remote: Connection['remote'];
  readonly #socket: Socket;
  #limits: Limits;
  readonly #holdRequests: boolean;
  readonly #queue: SendQueue;
  #decoder: FrameDecoder | undefined;
  #discardedBytes = 0;
  #failure: Error | undefined;
  #sentFrames = 0;
  #ending = false;
  #isOver = false;
  #waiting = false;
  #pauses = 0;

  /** `holdRequests`: read no more while the other side does not read its answers; for the side that answers. */
  constructor(socket: Socket, limits: Limits, { remote, holdRequests }: { remote: Remote; holdRequests: boolean }) {
    this.#socket = socket;
    this.#limits = limits;
    this.#holdRequests = holdRequests;
    this.remote = remote;
    this.#queue = new SendQueue(this, limits.outputHighWater);
    socket.setNoDelay(true);
    socket.setKeepAlive(keepAlive());
  }

  get limits(): Limits {
    return this.#limits;
  }

  set limits(limits: Limits) {
    this.#limits = limits;
    this.#queue.highWaterBytes = limits.outputHighWater;
    if (this.#decoder) this.#decoder.limits = limits;
  }

  open(events: ConnectionEvents): void {
    this.#decoder = new FrameDecoder(this.#limits, events);
    this.#socket
      .on('data', (chunk: Buffer) => this.#read(chunk))
      .on('end', () => {
        if (this.#decoder?.atBoundary === false) events.malformed(endedInside(), true);
        events.ended();
      })
      .on('error', (error) => (this.#failure = error))
      .on('close', () => {
        this.#isOver = true;
        this.#queue.close();
        events.closed(this.#failure);
      });
  }

  send(...parts: (string | Uint8Array)[]): void {
    if (this.#socket.destroyed || this.#ending) return;
    this.#sentFrames += 1;
    for (const part of parts) this.#queue.push(part);
    this.#checkOutput();
  }

  sendLines(pieces: readonly Uint8Array[], count: number): void {
    if (this.#socket.destroyed || this.#ending) return;
    this.#sentFrames += count;
    this.#queue.handOver(pieces);
    this.#checkOutput();
  }

  get sentFrames(): number {
    return this.#sentFrames;
  }

  get pendingBytes(): number {
    return this.#queue.pendingBytes;
  }

  get receivedBytes(): number {
    return this.#socket.bytesRead;
  }

  get writtenBytes(): number {
    return this.#queue.writtenBytes;
  }

  /**
   * Also once it is destroyed, until that has been told: nothing more is taken, and whoever streams on would never let it
   * be. The socket's own `closed` is true a moment too early.
   */
  get congested(): boolean {
    return this.#queue.congested || (this.#socket.destroyed && !this.#isOver);
  }

  drained(): Promise<void> {
    return this.congested ? this.#queue.released() : Promise.resolve();
  }

  pause(): void {
    this.#pauses += 1;
    this.#socket.pause();
    this.#decoder?.pause();
  }

  resume(): void {
    this.#pauses -= 1;
    if (this.#pauses > 0 || this.#socket.destroyed) return;
    this.#decoder?.resume();
    // What was held may have filled the output again.
    if (this.#pauses === 0) this.#socket.resume();
  }

  /** An empty line is ignored by a reader, and answered with a reset by the system of one that is gone. */
  probe(): void {
    if (!this.#socket.destroyed) this.#queue.push('\n');
  }

  end(): void {
    if (this.#ending || this.#socket.destroyed) return;
    this.#ending = true;
    this.#queue.flush();
    if (this.#queue.pendingBytes === 0) this.#finish();
  }

  destroy(error?: Error): void {
    this.#socket.destroy(error);
  }

  /** For the queue: hands parts to the system. */
  write(parts: readonly (string | Uint8Array)[], done: () => void): boolean {
    const last = parts.length - 1;
    if (last > 0) this.#socket.cork();
    for (let at = 0; at < last; at += 1) this.#hand(parts[at] ?? '');
    this.#hand(parts[last] ?? '', (error) => {
      if (error) return;
      done();
      if (this.#ending && this.#queue.pendingBytes === 0) this.#finish();
    });
    if (last > 0) this.#socket.uncork();
    return this.#socket.writableLength === 0;
  }

  #hand(part: string | Uint8Array, done?: (error?: Error | null) => void): void {
    if (typeof part === 'string') this.#socket.write(part, encodingOf(part), done);
    else this.#socket.write(part, done);
  }

  #read(chunk: Buffer): void {
    if (this.#decoder?.isLost) this.#discard(chunk.length);
    else this.#decoder?.push(chunk);
  }

  /** Whoever goes on sending after a framing error gets a moment to read of it, but no more of our time than that. */
  #discard(bytes: number): void {
    this.#discardedBytes += bytes;
    if (this.#discardedBytes > DISCARD_BYTES) this.#socket.pause();
  }

  /** The other side gets the time to read the rest and to end its own side. */
  #finish(): void {
    this.#socket.end();
    const linger = setTimeout(() => this.#socket.destroy(), this.#decoder?.isLost ? LOST_LINGER_MS : LINGER_MS);
    this.#socket.once('close', () => clearTimeout(linger));
  }

  #checkOutput(): void {
    if (this.#queue.pendingBytes > this.#limits.outputHard) this.destroy(unread());
    else if (this.#holdRequests && !this.#waiting && this.#isFull) void this.#waitForReader();
  }

  /** Who does not read its answers gets no more of them: its requests wait in the network until it has read. */
  async #waitForReader(): Promise<void> {
    this.#waiting = true;
    this.pause();
    await this.#queue.drained();
    this.#waiting = false;
    this.resume();
  }

  get #isFull(): boolean {
    return this.#queue.pendingBytes > HOLD_MARKS * this.#limits.outputHighWater;
  }
}

/** A text of ASCII alone is the same bytes in Latin-1, which the system takes without a look at each. */
function encodingOf(part: string): 'latin1' | 'utf8' {
  return Buffer.byteLength(part) === part.length ? 'latin1' : 'utf8';
}

function endedInside(): ProtocolError {
  return new ProtocolError('bad_framing', 'The connection ended inside a frame.');
}

function unread(): ProtocolError {
  return new ProtocolError('limit', 'The other side does not read what it is sent.', { limit: 'output' });
}
