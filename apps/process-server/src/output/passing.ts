import type { Call } from '@sextant/service/session/call';

/** Milliseconds without output after which what is left is for the garbage collector to find. */
const IDLE_MS = 1000;

/** Bytes from which on a piece is worth it. */
const LARGE = 4096;

/** A piece on its way: taken once the system has taken so much of what its connection sends. */
interface Piece {
  readonly bytes: Uint8Array;
  readonly mark: number;
}

/**
 * Pieces of output on their way to a client. Their memory is given back as soon as the system has taken them: to find a
 * gigabyte of it to be garbage takes half as long as all the rest.
 */
export class Passing implements Disposable {
  readonly #call: Pick<Call, 'sentBytes' | 'takenBytes'>;
  #pieces: Piece[] = [];
  #idle: NodeJS.Timeout | undefined;

  constructor(call: Pick<Call, 'sentBytes' | 'takenBytes'>) {
    this.#call = call;
  }

  /** One that has just been handed to the connection, and that nobody looks at any more. */
  add(bytes: Uint8Array): void {
    if (bytes.length < LARGE) return;
    this.#pieces.push({ bytes, mark: this.#call.sentBytes });
    this.#release();
    this.#idle ??= setTimeout(() => (this.#pieces = []), IDLE_MS).unref();
    this.#idle.refresh();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#idle);
  }

  #release(): void {
    for (let first = this.#pieces[0]; first && first.mark <= this.#call.takenBytes; first = this.#pieces[0]) {
      this.#pieces.shift();
      release(first.bytes);
    }
  }
}

/** Only of one that has its memory for itself. */
function release({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
