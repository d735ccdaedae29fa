import { ProtocolError } from './errors.ts';
import type { Limits } from './limits.ts';
import { concat, Kept } from './kept.ts';
import { asciiOf, parseLine, type JsonObject } from './line.ts';

/** One message and the raw bytes that followed its line, if its `body` announced any. */
export interface Frame {
  message: JsonObject;
  body?: Uint8Array;
}

/** A body that came in several pieces: whoever can use them as they are need not have them put together. */
class Pieces implements Frame {
  readonly message: JsonObject;
  declare readonly body: Uint8Array;
  readonly #parts: readonly Uint8Array[];

  constructor(message: JsonObject, parts: readonly Uint8Array[]) {
    this.message = message;
    this.#parts = parts;
    let whole: Uint8Array | undefined;
    Object.defineProperty(this, 'body', { enumerable: true, get: () => (whole ??= concat(parts)) });
  }

  static of(frame: Frame): readonly Uint8Array[] | undefined {
    if (frame instanceof Pieces) return frame.#parts;
    return frame.body && [frame.body];
  }
}

/** The body of a frame in the pieces it came in, if it has one. */
export function bodyParts(frame: Frame): readonly Uint8Array[] | undefined {
  return Pieces.of(frame);
}

/** What a decoder reports to. `malformed` with `fatal` means the position in the stream is lost and nothing follows. */
export interface FrameSink {
  frame(frame: Frame): void;
  malformed(error: ProtocolError, fatal: boolean): void;
}

const LF = 0x0a;
const CR = 0x0d;
const NOTHING = new Uint8Array();
const encoder = new TextEncoder();

/** The line of a message, LF included. Announce a body by its length; its bytes and one LF must follow. */
export function encodeLine(message: object, bodyBytes?: number): string {
  return bodyBytes === undefined
    ? `${JSON.stringify(message)}\n`
    : `${JSON.stringify({ ...message, body: bodyBytes })}\n`;
}

/** A whole frame in one piece of memory. */
export function encodeFrame(message: object, body?: Uint8Array): Uint8Array {
  const line = encoder.encode(encodeLine(message, body?.length));
  return body ? concat([line, body, Uint8Array.of(LF)]) : line;
}

/**
 * Turns a byte stream into frames, a state machine over the chunks as they come. It never touches a socket, and copies a
 * byte at most once: only lines and bodies that span chunks are put together.
 */
export class FrameDecoder {
  /** Read at every frame: raised once the other side has said who it is. */
  limits: Pick<Limits, 'line' | 'depth' | 'body'>;
  readonly #sink: FrameSink;
  /** What came and was not decoded yet, the first of it from `#at` on. */
  readonly #chunks: Uint8Array[] = [];
  #at = 0;
  #paused = false;
  #decoding = false;
  #state: 'line' | 'body' | 'body-end' | 'lost' = 'line';
  readonly #kept = new Kept();
  #bodyBytes = 0;
  #message: JsonObject = {};
  #body: readonly Uint8Array[] = [];
  /** Lines that were begun in the first of the chunks: with its second, the rest is made text. */
  #lines = 0;

  constructor(limits: Pick<Limits, 'line' | 'depth' | 'body'>, sink: FrameSink) {
    this.limits = limits;
    this.#sink = sink;
  }

  /** True between two frames: the other side may end here without anything being lost. */
  get atBoundary(): boolean {
    return this.#state === 'line' && this.#kept.bytes === 0;
  }

  /** True once the position in the stream is lost: nothing that follows makes sense. */
  get isLost(): boolean {
    return this.#state === 'lost';
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#decode();
  }

  /** Holds what has come, even in the middle of a chunk: a chunk can have a thousand requests, each with a large answer. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#decode();
  }

  #decode(): void {
    // A sink may pause and resume while it takes a frame: the loop that called it goes on by itself.
    if (this.#decoding) return;
    this.#decoding = true;
    this.#decodeChunks();
    this.#decoding = false;
  }

  #decodeChunks(): void {
    for (let chunk = this.#chunks[0]; chunk; chunk = this.#chunks[0]) {
      while (this.#at < chunk.length && this.#state !== 'lost') {
        if (this.#paused) return;
        if (this.#state === 'line') this.#at = this.#takeLines(chunk, this.#at);
        else if (this.#state === 'body') this.#at = this.#takeBody(chunk, this.#at);
        else this.#at = this.#takeBodyEnd(chunk, this.#at);
      }
      this.#chunks.shift();
      this.#at = 0;
      this.#lines = 0;
    }
  }

  /** A chunk with a second line may well have a thousand: they are made text together, if that is as long as its bytes. */
  #takeLines(chunk: Uint8Array, at: number): number {
    this.#lines += 1;
    const text = this.#lines === 2 ? asciiOf(chunk.subarray(at, chunk.lastIndexOf(LF) + 1)) : undefined;
    return text ? at + this.#takeText(text) : this.#takeLine(chunk, at);
  }

  /** Takes whole lines, and returns the characters of those that it took. */
  #takeText(text: string): number {
    let at = 0;
    while (at < text.length && this.#state === 'line' && !this.#paused) {
      const lf = text.indexOf('\n', at);
      if (this.#isTooLong(lf - at)) break;
      this.#line(text.slice(at, text[lf - 1] === '\r' ? lf - 1 : lf));
      at = lf + 1;
    }
    return at;
  }

  #takeLine(chunk: Uint8Array, at: number): number {
    const lf = chunk.indexOf(LF, at);
    const end = lf === -1 ? chunk.length : lf;
    if (this.#isTooLong(this.#kept.bytes + end - at)) return chunk.length;
    const part = chunk.subarray(at, end);
    if (lf === -1) {
      this.#kept.add(part);
      return chunk.length;
    }
    const line = this.#kept.takeWith(part);
    this.#line(line.at(-1) === CR ? line.subarray(0, -1) : line);
    return lf + 1;
  }

  #isTooLong(bytes: number): boolean {
    const { line } = this.limits;
    if (bytes <= line) return false;
    this.#lose(
      new ProtocolError('line_too_long', `A line may have ${line} bytes; send large content as a body.`, {
        limit: 'line',
        max: line,
      }),
    );
    return true;
  }

  #line(line: Uint8Array | string): void {
    if (line.length === 0) return;
    const message = this.#parse(line);
    if (!message) return;
    if (Object.hasOwn(message, 'body')) this.#expectBody(message);
    else this.#sink.frame({ message });
  }

  #parse(line: Uint8Array | string): JsonObject | undefined {
    try {
      return parseLine(line, this.limits.depth);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#sink.malformed(error, false);
      return undefined;
    }
  }

  #expectBody(message: JsonObject): void {
    const bytes = message['body'];
    if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes < 0) {
      this.#lose(new ProtocolError('bad_framing', '`body` must be the number of raw bytes that follow the line.'));
    } else if (bytes > this.limits.body) {
      this.#lose(
        new ProtocolError('body_too_large', `A body may have ${this.limits.body} bytes; send more in several frames.`, {
          limit: 'body',
          max: this.limits.body,
        }),
      );
    } else {
      this.#message = message;
      this.#bodyBytes = bytes;
      this.#body = [];
      this.#state = bytes === 0 ? 'body-end' : 'body';
    }
  }

  #takeBody(chunk: Uint8Array, at: number): number {
    const missing = this.#bodyBytes - this.#kept.bytes;
    const part = chunk.subarray(at, at + missing);
    if (part.length < missing) this.#kept.add(part);
    else {
      this.#body = this.#kept.takePartsWith(part);
      this.#state = 'body-end';
    }
    return at + part.length;
  }

  #takeBodyEnd(chunk: Uint8Array, at: number): number {
    if (chunk[at] !== LF) {
      this.#lose(new ProtocolError('bad_framing', 'A body must be followed by LF; its length did not match `body`.'));
      return chunk.length;
    }
    this.#state = 'line';
    const [body = new Uint8Array(), ...more] = this.#body;
    const message = this.#message;
    this.#sink.frame(more.length === 0 ? { message, body } : new Pieces(message, this.#body));
    // What was taken is not held until the next body.
    this.#body = [];
    return at + 1;
  }

  #lose(error: ProtocolError): void {
    this.#state = 'lost';
    this.#kept.takeWith(NOTHING);
    this.#sink.malformed(error, true);
  }
}
