import { ProtocolError } from '@sextant/protocol/errors';
import { unlessAborted } from '@sextant/service/unless-aborted';

/** Lets the acts on one thing follow each other, each thing by its own key. */
export class Turns {
  readonly #queues = new Map<string, { last: Promise<void>; length: number }>();
  readonly #maxWaiting: number;
  readonly #tooMany: string;

  /** More acts on one thing than may wait are a client that does not wait for answers: it is told `tooMany`. */
  constructor(maxWaiting = 16, tooMany = 'Too much is asked of this container at once') {
    this.#maxWaiting = maxWaiting;
    this.#tooMany = tooMany;
  }

  /** @throws ProtocolError `busy` if too many wait already; the signal's reason if it aborts before the turn comes. */
  async take<T>(key: string, signal: AbortSignal, act: () => Promise<T>, maxWaiting = this.#maxWaiting): Promise<T> {
    const queue = this.#queues.get(key) ?? { last: Promise.resolve(), length: 0 };
    if (queue.length > maxWaiting) throw new ProtocolError('busy', `${this.#tooMany}; wait for some answers.`);
    this.#queues.set(key, queue);
    queue.length += 1;
    const { last } = queue;
    const turn = Promise.withResolvers<void>();
    queue.last = last.then(() => turn.promise);
    try {
      await unlessAborted(signal, () => last);
      return await act();
    } finally {
      turn.resolve();
      queue.length -= 1;
      if (queue.length === 0) this.#queues.delete(key);
    }
  }
}
