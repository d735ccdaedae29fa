import type { ProtocolError } from '@sextant/protocol/errors';
import { delayAfter, firstDelay } from './back-off.ts';
import { pause } from './pause.ts';

/** Times in a row that a service may say "not now" before its answer is taken for one. */
const PATIENCE = 5;

/** How often a service that is there has refused something, and how long to wait after each time. */
export class Refusals {
  #backOff = firstDelay();
  #count = 0;

  /**
   * Waits until the next try.
   * @throws ProtocolError `last` after too many, or the signal's reason.
   */
  async wait(refusal: ProtocolError, last: ProtocolError, signal: AbortSignal | undefined): Promise<void> {
    this.#count += 1;
    if (this.#count === PATIENCE) throw last;
    await pause(delayAfter(refusal, this.#backOff), signal);
    signal?.throwIfAborted();
    this.#backOff = this.#backOff.next(undefined);
  }

  /** It went on: the next refusal is the first one again. */
  forget(): void {
    this.#count = 0;
    this.#backOff = firstDelay();
  }
}
