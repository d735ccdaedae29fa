import type { Call } from '@sextant/service/session/call';
import type { Held } from './block.ts';

/** Milliseconds without output after which what is left is for the garbage collector to find. */
const IDLE_MS = 1000;

/** A piece on its way: taken once the system has taken so much of what its connection sends. */
interface OnItsWay {
  readonly held: Held;
  readonly mark: number;
}

/** Pieces of output on their way to a client: each is let go of once the system has taken it. */
export class Passing implements Disposable {
  readonly #call: Pick<Call, 'sentBytes' | 'takenBytes'>;
  #ways: OnItsWay[] = [];
  #idle: NodeJS.Timeout | undefined;

  constructor(call: Pick<Call, 'sentBytes' | 'takenBytes'>) {
    this.#call = call;
  }

  /** One that has been handed to the connection, and is held. */
  add(held: Held): void {
    this.#ways.push({ held, mark: this.#call.sentBytes });
    this.#release();
    this.#idle ??= setTimeout(() => (this.#ways = []), IDLE_MS).unref();
    this.#idle.refresh();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#idle);
  }

  #release(): void {
    for (let first = this.#ways[0]; first && first.mark <= this.#call.takenBytes; first = this.#ways[0]) {
      this.#ways.shift();
      first.held.release();
    }
  }
}
