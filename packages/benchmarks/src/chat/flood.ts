import type { Crowd } from './crowd.ts';
import type { Dialect } from './dialect.ts';
import { MARK, textNow } from './text.ts';

/**
 * Messages of each sender that not everybody has heard yet, at most. What no server has to throw away, and what people and
 * programs in a room have under way: with many more, all that is measured is how fast memory is copied.
 */
const WINDOW = 8;

/** Messages that a sender sends at once. */
const STEP = WINDOW / 2;

/** Pieces of so many messages that are made before. */
const STEPS = 16;

/** Members by which it is known how far everybody is, spread among all. */
const WITNESSES = 4;

/** The senders of a crowd send, one after the other, and go on as everybody hears it. */
export class Flood {
  readonly #crowd: Crowd;
  readonly #steps: readonly Uint8Array[];
  /** Messages that each witness has heard; counted, as numbers in them grow longer. */
  readonly #heard: Map<number, number>;
  #sentSteps = 0;

  constructor(crowd: Crowd) {
    this.#crowd = crowd;
    this.#steps = stepsOf(crowd.dialect);
    // Some who only listen: who sends does not everywhere hear itself.
    const every = Math.ceil(crowd.listeners.length / WITNESSES);
    const witnesses = crowd.listeners.toReversed().filter((_member, at) => at % every === 0);
    this.#heard = new Map(witnesses.map((member) => [member, 0]));
  }

  /** Messages sent so far. */
  get sent(): number {
    return this.#sentSteps * STEP;
  }

  begin(): void {
    this.#crowd.heard = (bytes, member) => {
      const heard = this.#heard.get(member);
      if (heard === undefined) return;
      this.#heard.set(member, heard + countOf(bytes));
      this.#send();
    };
    this.#send();
  }

  /** Sends no more, and waits until everything has come. */
  async end(): Promise<void> {
    this.#crowd.heard = () => {};
    await this.#crowd.quiet();
  }

  #send(): void {
    const { senders } = this.#crowd;
    const mayBeSent = Math.min(...this.#heard.values()) + WINDOW * senders.length;
    while (this.sent + STEP <= mayBeSent) {
      const step = this.#steps[Math.floor(this.#sentSteps / senders.length) % STEPS];
      if (step) senders[this.#sentSteps % senders.length]?.send(step);
      this.#sentSteps += 1;
    }
  }
}

function countOf(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(MARK); at !== -1; at = bytes.indexOf(MARK, at + 1)) count += 1;
  return count;
}

function stepsOf(dialect: Dialect): Uint8Array[] {
  const text = textNow();
  return Array.from({ length: STEPS }, (_step, step) =>
    Buffer.concat(Array.from({ length: STEP }, (_message, at) => dialect.message(text, 1000 + step * STEP + at))),
  );
}
