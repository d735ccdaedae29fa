import type { Crowd, Round } from './crowd.ts';
import type { Dialect } from './dialect.ts';
import { textNow } from './text.ts';

/** Messages of each sender that everybody has not heard yet, at most: what no server has to throw away. */
const WINDOW = 8;

/** Messages that a sender sends at once. */
const STEP = WINDOW / 2;

/** Messages that are made before. */
const MADE = 16 * STEP;

/** Every sender of a crowd sends, and goes on as everybody hears it. */
export class Flood {
  readonly #crowd: Crowd;
  readonly #round: Round;
  readonly #steps: readonly Uint8Array[];
  #due = Infinity;
  /** Rounds sent so far: messages of each sender. */
  sent = 0;
  readonly #base: number;

  constructor(crowd: Crowd, round: Round) {
    this.#crowd = crowd;
    this.#round = round;
    this.#base = crowd.received;
    this.#steps = stepsOf(crowd.dialect);
  }

  begin(): void {
    this.#crowd.heard = () => {
      if (this.#crowd.received >= this.#due) this.#send();
    };
    for (let sent = 0; sent < WINDOW; sent += STEP) this.#send();
  }

  /** Sends no more, and waits until everything has come. */
  async end(): Promise<void> {
    this.#crowd.heard = () => {};
    await this.#crowd.quiet();
  }

  #send(): void {
    const step = this.#steps[(this.sent / STEP) % this.#steps.length];
    if (step) for (const sender of this.#crowd.senders) sender.send(step);
    this.sent += STEP;
    // What comes is a little more or less than what was learnt of it.
    this.#due = this.#base + (this.sent - WINDOW + STEP) * this.#round.bytes * 0.99;
  }
}

function stepsOf(dialect: Dialect): Uint8Array[] {
  const text = textNow();
  return Array.from({ length: MADE / STEP }, (_, step) =>
    Buffer.concat(Array.from({ length: STEP }, (_, at) => dialect.message(text, 1000 + step * STEP + at))),
  );
}
