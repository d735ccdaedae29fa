import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { ProtocolError } from '@sextant/protocol/errors';
import { FrameDecoder } from '@sextant/protocol/frame';
import type { Limits } from '@sextant/protocol/limits';
import { WebSocketServer, type WebSocket } from 'ws';
import { HOLD_MARKS, type Connection, type ConnectionEvents, type Remote } from './connection.ts';
import { SUBPROTOCOL } from './subprotocol.ts';

/** Milliseconds the other side has to answer a closing handshake. */
const LINGER_MS = 5000;

const LF = 0x0a;

interface Message {
  data: Buffer;
  isBinary: boolean;
}

/** Turns HTTP requests into connections. */
export class WebSocketDoor {
  readonly #server: WebSocketServer;
  readonly #limits: Limits;

  constructor(limits: Limits) {
    this.#limits = limits;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      // What is not UTF-8 is answered by name, as on any other transport.
      skipUTF8Validation: true,
      maxPayload: limits.line + limits.body + 2,
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    });
  }

  /** Answers the handshake; one that is wrong is answered with the reason. */
  open(request: IncomingMessage, socket: Socket, head: Buffer, remote: Remote, accept: (c: Connection) => void): void {
    this.#server.handleUpgrade(request, socket, head, (webSocket) =>
      accept(new WebSocketConnection(webSocket, socket, this.#limits, remote)),
    );
  }
}

/** Frames over a WebSocket, for the side that answers: a message is a frame, byte for byte as on TCP. */
class WebSocketConnection implements Connection {
  readonly remote: Remote;
  readonly #webSocket: WebSocket;
  readonly #socket: Socket;
  #limits: Limits;
  #decoder: FrameDecoder | undefined;
  #events: ConnectionEvents | undefined;
  /** Messages that came in one chunk with the one that made us pause. */
  readonly #held: Message[] = [];
  #writtenBytes = 0;
  #sentFrames = 0;
  #pendingBytes = 0;
  #corked = false;
  #failure: Error | undefined;
  #ending = false;
  #waiting = false;
  #pauses = 0;
  #waiters: (() => void)[] = [];

  constructor(webSocket: WebSocket, socket: Socket, limits: Limits, remote: Remote) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#limits = limits;
    this.remote = remote;
  }

  get limits(): Limits {
    return this.#limits;
  }

  set limits(limits: Limits) {
    this.#limits = limits;
    if (this.#decoder) this.#decoder.limits = limits;
    if (!this.congested) this.#release();
  }

  get receivedBytes(): number {
    return this.#socket.bytesRead;
  }

  get sentFrames(): number {
    return this.#sentFrames;
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** Also while it closes: nothing more is taken then, and whoever waits is released at the end. */
  get congested(): boolean {
    const { readyState, OPEN, CLOSED } = this.#webSocket;
    return readyState !== CLOSED && (readyState !== OPEN || this.#pendingBytes > this.#limits.outputHighWater);
  }

  open(events: ConnectionEvents): void {
    this.#events = events;
    this.#decoder = new FrameDecoder(this.#limits, events);
    this.#webSocket
      .on('message', (data, isBinary) => this.#arrived({ data: data as Buffer, isBinary }))
      .on('error', (error) => (this.#failure ??= error))
      .on('close', () => {
        this.#release();
        events.closed(this.#failure);
      });
  }

  send(...parts: (string | Uint8Array)[]): void {
    if (this.#ending || this.#webSocket.readyState !== this.#webSocket.OPEN) return;
    this.#sentFrames += 1;
    const [message, binary] = frameOf(parts);
    const bytes = typeof message === 'string' ? Buffer.byteLength(message) : message.length;
    this.#pendingBytes += bytes;
    this.#cork();
    this.#webSocket.send(message, { binary }, () => this.#written(bytes));
    if (this.#pendingBytes > this.#limits.outputHard) this.destroy(unread());
    else if (!this.#waiting && this.#isFull) void this.#waitForReader();
  }

  drained(): Promise<void> {
    return this.congested
      ? new Promise((resolve) => {
          this.#waiters.push(resolve);
        })
      : Promise.resolve();
  }

  pause(): void {
    this.#pauses += 1;
    this.#webSocket.pause();
  }

  resume(): void {
    this.#pauses -= 1;
    while (this.#pauses === 0 && this.#held.length > 0) this.#decode(this.#held.shift());
    if (this.#pauses === 0) this.#webSocket.resume();
  }

  probe(): void {}

  end(): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#webSocket.close(1000);
    const linger = setTimeout(() => this.#webSocket.terminate(), LINGER_MS);
    this.#webSocket.once('close', () => clearTimeout(linger));
  }

  destroy(error?: Error): void {
    this.#failure ??= error;
    this.#webSocket.terminate();
  }

  #arrived(message: Message): void {
    if (this.#pauses > 0 || this.#held.length > 0) this.#held.push(message);
    else this.#decode(message);
  }

  #decode(message: Message | undefined): void {
    const decoder = this.#decoder;
    if (!decoder || !message) return;
    decoder.push(message.data);
    // The final LF of a text may be missing; a body is always followed by one.
    if (!message.isBinary && message.data.at(-1) !== LF) decoder.push(Uint8Array.of(LF));
    if (!decoder.atBoundary) this.#events?.malformed(notWhole(), true);
  }

  /** Everything of one turn of the event loop leaves in one write. */
  #cork(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#socket.cork();
    setImmediate(() => {
      this.#corked = false;
      this.#socket.uncork();
    });
  }

  get #isFull(): boolean {
    return this.#pendingBytes > HOLD_MARKS * this.#limits.outputHighWater;
  }

  #written(bytes: number): void {
    this.#pendingBytes -= bytes;
    this.#writtenBytes += bytes;
    if (!this.congested) this.#release();
  }

  #release(): void {
    for (const resolve of this.#waiters.splice(0)) resolve();
  }

  /** Who does not read its answers gets no more of them. */
  async #waitForReader(): Promise<void> {
    this.#waiting = true;
    this.pause();
    await this.drained();
    this.#waiting = false;
    this.resume();
  }
}

/** The parts of a frame as one message: text, or binary where it has a body. */
function frameOf(parts: readonly (string | Uint8Array)[]): [string | Uint8Array, boolean] {
  const [line] = parts;
  if (parts.length === 1 && typeof line === 'string') return [line, false];
  return [Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part))), true];
}

function notWhole(): ProtocolError {
  return new ProtocolError('bad_framing', 'A message must be one whole frame.');
}

function unread(): ProtocolError {
  return new ProtocolError('limit', 'The other side does not read what it is sent.', { limit: 'output' });
}
