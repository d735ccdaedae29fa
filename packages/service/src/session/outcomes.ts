import { createHash } from 'node:crypto';
import { ProtocolError } from '@sextant/protocol/errors';

/** What became of a request. */
export type Outcome = { value: object } | { error: unknown };

interface Known {
  readonly params: string;
  readonly outcome: Promise<Outcome>;
  forgetAt: number;
}

/** Outcomes remembered at a time; the oldest give way. */
const MAX_OUTCOMES = 10_000;

/** The outcomes of requests with a key: sent again, each is done once. */
export class Outcomes {
  readonly #keepMs: number;
  readonly #known = new Map<string, Known>();

  constructor(keepMs: number) {
    this.#keepMs = keepMs;
  }

  /**
   * The outcome of the first request with this key, or of `work` where there was none, or where that one did not happen.
   * @throws ProtocolError `conflict` if that one had other params.
   */
  async once(
    key: string,
    params: object,
    work: () => Promise<object>,
    isCancelled: () => boolean,
  ): Promise<{ outcome: Outcome; replayed: boolean }> {
    const digest = createHash('sha256').update(JSON.stringify(params)).digest('base64');
    for (let known = this.#find(key); known; known = this.#find(key)) {
      if (known.params !== digest) {
        throw new ProtocolError('conflict', 'This key was used for another request; take a new one for each.');
      }
      const outcome = await known.outcome;
      if (this.#known.get(key) === known) return { outcome, replayed: true };
    }
    return { outcome: await this.#begin(key, digest, work, isCancelled), replayed: false };
  }

  async #begin(key: string, params: string, work: () => Promise<object>, isCancelled: () => boolean): Promise<Outcome> {
    const outcome = work().then(
      (value): Outcome => ({ value }),
      (error: unknown): Outcome => ({ error }),
    );
    const known = { params, outcome, forgetAt: Infinity };
    this.#known.set(key, known);
    const settled = await outcome;
    known.forgetAt = performance.now() + this.#keepMs;
    if ('error' in settled && (isCancelled() || mayBeTriedAgain(settled.error))) this.#known.delete(key);
    return settled;
  }

  #find(key: string): Known | undefined {
    this.#forget();
    return this.#known.get(key);
  }

  /** They stand in the order in which they began, so whoever looks at each pays for one or two that are old. */
  #forget(): void {
    const now = performance.now();
    for (const [key, { forgetAt }] of this.#known) {
      if (forgetAt > now && this.#known.size <= MAX_OUTCOMES) return;
      this.#known.delete(key);
    }
  }
}

/** What failed for good is answered the same; what may go better next time is tried again. */
function mayBeTriedAgain(error: unknown): boolean {
  return !(error instanceof ProtocolError) || error.retry !== 'no';
}
