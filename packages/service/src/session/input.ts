/** One part of what a caller streams: an item, raw bytes on a channel, or the end of that. */
export interface InputPart {
  channel: string;
  /** As the method's `input` has checked it. */
  item?: unknown;
  body?: Uint8Array | undefined;
  end?: boolean | undefined;
}

/** How an input asks for more, and says that it got more than it asked for. */
export interface InputFlow {
  grant(bytes: number): void;
  overrun(): void;
}

/** Parts that may wait whatever their size, so that parts of nothing are bounded too. */
const MAX_PARTS = 4096;

/**
 * What a caller streams into one request, in order. Bytes are granted again as the handler takes them, so at most a
 * window's worth waits here.
 */
export class Input implements AsyncIterable<InputPart> {
  readonly #window: number;
  readonly #flow: InputFlow;
  #parts: InputPart[] = [];
  /** Bytes that came and were not granted again. */
  #aheadBytes = 0;
  /** Of those, bytes that the handler has taken. */
  #takenBytes = 0;
  #ended = false;
  #closed = false;
  #wake: (() => void) | undefined;

  constructor(window: number, flow: InputFlow) {
    this.#window = window;
    this.#flow = flow;
  }

  push(part: InputPart): void {
    if (this.#closed) return;
    this.#aheadBytes += part.body?.length ?? 0;
    if (this.#aheadBytes > this.#window || this.#parts.length === MAX_PARTS) this.#flow.overrun();
    else this.#parts.push(part);
    this.#wake?.();
  }

  /** Nothing more comes: the iteration ends after what waits. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** Ends the iteration; what was not taken yet is dropped. */
  close(): void {
    this.#closed = true;
    this.#parts = [];
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<InputPart> {
    while (!this.#closed) {
      const part = this.#parts.shift();
      if (!part && this.#ended) return;
      if (!part) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      yield part;
      this.#taken(part.body?.length ?? 0);
    }
  }

  #taken(bytes: number): void {
    this.#takenBytes += bytes;
    if (this.#takenBytes < this.#window / 4 || this.#closed) return;
    this.#flow.grant(this.#takenBytes);
    this.#aheadBytes -= this.#takenBytes;
    this.#takenBytes = 0;
  }
}
