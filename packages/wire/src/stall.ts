import type { Socket } from 'node:net';

/**
 * Notices that nothing of what waits was written for about `afterMs`: two thirds of it at least, all of it at most. The
 * system's own progress counts, not ours: a large write that goes out slowly is no stall.
 */
export class StallWatch {
  readonly #socket: Socket;
  readonly #stalled: () => void;
  #thirdMs = 0;
  #strikes = 0;

  constructor(socket: Socket, stalled: () => void) {
    this.#socket = socket;
    this.#stalled = stalled;
  }

  /** The system did not take all that was written: from now on it matters whether the other side reads. */
  begin(afterMs: number): void {
    if (this.#thirdMs === 0) this.#socket.on('timeout', () => this.#strike());
    this.#thirdMs = afterMs / 3;
    this.#socket.setTimeout(this.#thirdMs);
  }

  /** Something was written. */
  progress(): void {
    this.#strikes = 0;
  }

  /**
   * Node's clock begins anew at every byte that moves, and once more after a write that was taken in part; so one of its
   * alarms means a third or two, and a second one a third more.
   */
  #strike(): void {
    this.#strikes += 1;
    if (this.#strikes === 1) this.#socket.setTimeout(this.#thirdMs);
    else this.#stalled();
  }
}
