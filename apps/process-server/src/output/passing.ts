import type { Call } from '@sextant/service/session/call';
import type { Piece } from './piece.ts';

/** Milliseconds without output after which what is left is for the garbage collector to find. */
const IDLE_MS = 1000;

/** A piece on its way: taken once the system has taken so much of what its connection sends. */
interface OnItsWay {
  readonly piece: Piece;
  readonly mark: number;
}

/** Pieces of output on their way to a client: each is let go of once the system has taken it. */
export class Passing implements Disposable {
  readonly #call: Pick<Call, 'sentBytes' | 'takenBytes'>;
  #pieces: OnItsWay[] = [];
  #idle: NodeJS.Timeout | undefined;

  constructor(call: Pick<Call, 'sentBytes' | 'takenBytes'>) {
    this.#call = call;
  }

  /** One that has been handed to the connection, and is held. */
  add(piece: Piece): void {
    this.#pieces.push({ piece, mark: this.#call.sentBytes });
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
      first.piece.release();
    }
  }
}
