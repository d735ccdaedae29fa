/** Where parts go. */
export interface Outlet {
  /**
   * Writes parts, in order, and calls back later, when the system has taken them.
   * @returns true if it has already.
   */
  write(parts: readonly (string | Uint8Array)[], done: () => void): boolean | void;
}

/** Parts smaller than this are put together in one piece; a larger one is cheaper to hand over as it is. */
const JOIN_BYTES = 32 * 1024;

/**
 * Bytes that are handed over at once: a reader of 8 kB/s takes them in 16 s, so that one which takes none for longer than
 * `stalledWriteMs` stands still.
 */
const WRITE_BYTES = 128 * 1024;

/** Bytes that are handed over in one turn where the system takes each write at once: the other connections have theirs. */
const TURN_BYTES = 512 * 1024;

/**
 * What waits to be written to one connection. Collects the parts of one turn of the event loop, and of the time a write
 * takes, so that a thousand small frames cost one system call.
 */
export class SendQueue {
  readonly #outlet: Outlet;
  /** Above this much, a source should pause. */
  highWaterBytes: number;
  #parts: (string | Uint8Array)[] = [];
  /** What is too much for one write, before the parts. */
  #pieces: Uint8Array[] | undefined;
  #queuedBytes = 0;
  #writingBytes = 0;
  #writtenBytes = 0;
  #scheduled = false;
  #waiters: (() => void)[] | undefined;
  #closed = false;

  constructor(outlet: Outlet, highWaterBytes: number) {
    this.#outlet = outlet;
    this.highWaterBytes = highWaterBytes;
  }

  get pendingBytes(): number {
    return this.#queuedBytes + this.#writingBytes;
  }

  /** Bytes that the system has taken so far. */
  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  get congested(): boolean {
    return this.pendingBytes > this.highWaterBytes;
  }

  push(part: string | Uint8Array): void {
    if (this.#closed) return;
    this.#parts.push(part);
    this.#queuedBytes += typeof part === 'string' ? Buffer.byteLength(part) : part.length;
    this.#schedule();
  }

  /** Queues what leaves with all before it now: in this turn, nothing more is known to come. */
  handOver(parts: readonly Uint8Array[]): void {
    if (this.#closed) return;
    for (const part of parts) {
      this.#parts.push(part);
      this.#queuedBytes += part.length;
    }
    // Where a write is under way, its end sees to the next.
    this.flush();
  }

  /** Resolves when no longer congested, or when the queue is closed. */
  drained(): Promise<void> {
    return this.congested ? this.released() : Promise.resolve();
  }

  /** Resolves when what waits has become less, or when the queue is closed. */
  released(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      (this.#waiters ??= []).push(resolve);
    });
  }

  /** Hands over what is queued without waiting for the end of the turn. */
  flush(): void {
    if (this.#queuedBytes === 0 || this.#writingBytes > 0) return;
    if (!this.#pieces) {
      const parts = this.#parts.length === 1 ? this.#parts : join(this.#parts);
      this.#parts = [];
      if (this.#queuedBytes <= WRITE_BYTES) return void this.#hand(parts, this.#queuedBytes);
      this.#pieces = parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part));
    }
    this.#handPieces(this.#pieces);
  }

  /** Forgets what is queued and releases whoever waits. */
  close(): void {
    this.#closed = true;
    this.#parts = [];
    this.#pieces = undefined;
    this.#queuedBytes = 0;
    this.#writingBytes = 0;
    this.#release();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.flush();
    });
  }

  #hand(parts: readonly (string | Uint8Array)[], bytes: number): boolean {
    this.#queuedBytes -= bytes;
    this.#writingBytes += bytes;
    const done = (): void => this.#written(bytes);
    return this.#outlet.write(parts, done) === true;
  }

  /** Hands over the next of a large output, and more for as long as it is taken at once. */
  #handPieces(pieces: Uint8Array[]): void {
    let isTaken = true;
    for (let turn = 0; isTaken && pieces.length > 0 && turn < TURN_BYTES; turn += WRITE_BYTES) {
      isTaken = this.#handNext(pieces);
    }
  }

  #handNext(pieces: Uint8Array[]): boolean {
    const taken: Uint8Array[] = [];
    let room = WRITE_BYTES;
    for (let piece = pieces[0]; piece && room > 0; piece = pieces[0]) {
      const part = piece.subarray(0, room);
      taken.push(part);
      room -= part.length;
      if (part.length === piece.length) pieces.shift();
      else pieces[0] = piece.subarray(part.length);
    }
    if (pieces.length === 0) this.#pieces = undefined;
    return this.#hand(taken, WRITE_BYTES - room);
  }

  #written(bytes: number): void {
    if (this.#closed) return;
    this.#writtenBytes += bytes;
    this.#writingBytes -= bytes;
    // In another turn: as long as the system takes it all at once, nobody else would have one.
    if (this.#queuedBytes > 0 && this.#writingBytes === 0) this.#schedule();
    if (!this.congested) this.#release();
  }

  #release(): void {
    const waiters = this.#waiters;
    this.#waiters = undefined;
    for (const resolve of waiters ?? []) resolve();
  }
}

/** The same bytes with neighbouring small parts put together. */
function join(parts: readonly (string | Uint8Array)[]): (string | Uint8Array)[] {
  const joined: (string | Uint8Array)[] = [];
  let small: (string | Uint8Array)[] = [];
  for (const part of parts) {
    if (part.length < JOIN_BYTES) {
      small.push(part);
      continue;
    }
    if (small.length > 0) joined.push(merge(small));
    small = [];
    joined.push(part);
  }
  if (small.length > 0) joined.push(merge(small));
  return joined;
}

function merge(parts: readonly (string | Uint8Array)[]): string | Uint8Array {
  const pieces: Uint8Array[] = [];
  let text = '';
  for (const part of parts) {
    if (typeof part === 'string') text += part;
    else {
      if (text !== '') pieces.push(Buffer.from(text));
      text = '';
      pieces.push(part);
    }
  }
  if (pieces.length === 0) return text;
  if (text !== '') pieces.push(Buffer.from(text));
  return Buffer.concat(pieces);
}
