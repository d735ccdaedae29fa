import { ProtocolError } from '@sextant/protocol/errors';
import { FrameDecoder } from '@sextant/protocol/frame';
import type { Limits } from '@sextant/protocol/limits';
import type { Connection, ConnectionEvents, Remote } from './connection.ts';

/** Bytes of messages that may be held for a paused reader. Whoever sends more has not asked what may be sent. */
const HELD_BYTES = 16 * 1024 * 1024;

/** Milliseconds between two looks how much a WebSocket still has to send: it tells nobody. */
const LOOK_MS = 10;

const encoder = new TextEncoder();

/** Frames over the WebSocket of pages, which Node has too: a message is a frame, byte for byte as on TCP. */
export class BrowserConnection implements Connection {
  readonly remote: Remote;
  readonly #socket: WebSocket;
  #limits: Limits;
  /** Messages that came while paused, in order: a WebSocket cannot be made to read no further. */
  readonly #held: Uint8Array[] = [];
  #heldBytes = 0;
  #pauses = 0;
  #receivedBytes = 0;
  #sentFrames = 0;
  #decoder: FrameDecoder | undefined;
  #events: ConnectionEvents | undefined;
  #waiters: (() => void)[] = [];
  #looking: ReturnType<typeof setInterval> | undefined;
  #over = false;

  /** The socket must be open. */
  constructor(socket: WebSocket, limits: Limits, remote: Remote) {
    this.#socket = socket;
    this.#limits = limits;
    this.remote = remote;
    socket.binaryType = 'arraybuffer';
  }

  get limits(): Limits {
    return this.#limits;
  }

  set limits(limits: Limits) {
    this.#limits = limits;
    if (this.#decoder) this.#decoder.limits = limits;
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  get sentFrames(): number {
    return this.#sentFrames;
  }

  get pendingBytes(): number {
    return this.#socket.bufferedAmount;
  }

  /** A page is not told: it has no reader to watch. */
  get writtenBytes(): number {
    return 0;
  }

  get congested(): boolean {
    // What waits when a WebSocket closes is counted for ever.
    return !this.#over && this.pendingBytes > this.#limits.outputHighWater;
  }

  open(events: ConnectionEvents): void {
    this.#events = events;
    this.#decoder = new FrameDecoder(this.#limits, events);
    this.#socket.addEventListener('message', ({ data }) => this.#arrived(bytesOf(data)));
    this.#socket.addEventListener('close', ({ code }: CloseEvent) =>
      this.#close(code === 1000 ? undefined : new Error(`The WebSocket was closed with ${code}.`)),
    );
  }

  send(...parts: (string | Uint8Array)[]): void {
    if (this.#over || this.#socket.readyState !== this.#socket.OPEN) return;
    this.#sentFrames += 1;
    const [line] = parts;
    this.#socket.send(parts.length === 1 && typeof line === 'string' ? line : join(parts));
    if (this.pendingBytes > this.#limits.outputHard) this.destroy(unread());
  }

  drained(): Promise<void> {
    if (!this.congested) return Promise.resolve();
    this.#looking ??= setInterval(() => !this.congested && this.#release(), LOOK_MS);
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
    });
  }

  /** Holds what comes from here on. The other side is not slowed down by it: only what it was granted slows it. */
  pause(): void {
    this.#pauses += 1;
  }

  resume(): void {
    this.#pauses -= 1;
    for (let held = this.#next(); held; held = this.#next()) this.#decode(held);
  }

  /** The closing handshake ends both directions: answers to what is unanswered do not come any more. */
  probe(): void {}

  end(): void {
    this.#socket.close(1000);
  }

  destroy(error?: Error): void {
    this.#socket.close();
    // The handshake with one that is gone would take as long as the system is patient.
    this.#close(error);
  }

  #arrived(message: Uint8Array): void {
    if (this.#over) return;
    this.#receivedBytes += message.length;
    if (this.#pauses === 0 && this.#held.length === 0) return this.#decode(message);
    this.#held.push(message);
    this.#heldBytes += message.length;
    if (this.#heldBytes > HELD_BYTES) this.destroy(unasked());
  }

  #next(): Uint8Array | undefined {
    if (this.#pauses > 0 || this.#over) return undefined;
    const message = this.#held.shift();
    this.#heldBytes -= message?.length ?? 0;
    return message;
  }

  #decode(message: Uint8Array): void {
    this.#decoder?.push(message);
    if (this.#decoder?.atBoundary === false) this.#events?.malformed(notWhole(), true);
  }

  #release(): void {
    clearInterval(this.#looking);
    this.#looking = undefined;
    for (const resolve of this.#waiters.splice(0)) resolve();
  }

  #close(error: Error | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#held.length = 0;
    this.#release();
    this.#events?.closed(error);
  }
}

/** A message as it would come over TCP: the LF that ends a line may be missing, the one after a body may not. */
function bytesOf(data: unknown): Uint8Array {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  const text = String(data);
  return encoder.encode(text.endsWith('\n') ? text : `${text}\n`);
}

/** A frame with a body as one message. */
function join(parts: readonly (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const bytes = parts.map((part) => (typeof part === 'string' ? encoder.encode(part) : part));
  const message = new Uint8Array(bytes.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of bytes) {
    message.set(part, at);
    at += part.length;
  }
  return message;
}

function notWhole(): ProtocolError {
  return new ProtocolError('bad_framing', 'A message must be one whole frame.');
}

function unread(): ProtocolError {
  return new ProtocolError('limit', 'The other side does not read what it is sent.', { limit: 'output' });
}

function unasked(): ProtocolError {
  return new ProtocolError('limit', `More than ${HELD_BYTES} bytes came that nobody reads.`, { limit: 'input' });
}
