import { ProtocolError } from '@sextant/protocol/errors';
import { digestOf, usedOtherwise } from './same-request.ts';

/** What became of a request. */
export type Outcome = { value: object } | { error: unknown };

interface Known {
  readonly params: string;
  readonly outcome: Promise<Outcome>;
  readonly forgetAt: number;
}

/** Outcomes that are remembered for each who asks. */
const MAX_EACH = 10_000;

/** The outcomes of requests with a key: sent again, each is done once. */
export class Outcomes {
  readonly #keepMs: number;
  /** By who asked: nobody can make another's be forgotten. */
  readonly #known = new Map<string, Map<string, Known>>();

  constructor(keepMs: number) {
    this.#keepMs = keepMs;
  }

  /**
   * The outcome of `who`'s first request with this key, or of `work` where there was none, or where that one did not happen.
   * @throws ProtocolError `conflict` if that one had other params, `limit` if too many are remembered.
   */
  async once(
    who: string,
    key: string,
    params: object,
    work: () => Promise<object>,
    isCancelled: () => boolean,
  ): Promise<{ outcome: Outcome; replayed: boolean }> {
    const digest = digestOf(params);
    const mine = this.#ofWho(who);
    for (let known = mine.get(key); known; known = mine.get(key)) {
      if (known.params !== digest) throw usedOtherwise();
      const outcome = await known.outcome;
      if (mine.get(key) === known) return { outcome, replayed: true };
    }
    if (mine.size >= MAX_EACH) throw full();
    return { outcome: await this.#begin(mine, key, digest, work, isCancelled), replayed: false };
  }

  /** Of what is undone: the next request with this key does it anew. */
  forget(who: string, key: string): void {
    this.#known.get(who)?.delete(key);
  }

  async #begin(
    mine: Map<string, Known>,
    key: string,
    params: string,
    work: () => Promise<object>,
    isCancelled: () => boolean,
  ): Promise<Outcome> {
    const outcome = work().then(
      (value): Outcome => ({ value }),
      (error: unknown): Outcome => ({ error }),
    );
    const known = { params, outcome, forgetAt: Infinity };
    mine.set(key, known);
    const settled = await outcome;
    mine.delete(key);
    if ('error' in settled && (isCancelled() || mayBeTriedAgain(settled.error))) return settled;
    // At the end: they stand in the order in which they are forgotten, but for those under way.
    mine.set(key, { ...known, forgetAt: performance.now() + this.#keepMs });
    return settled;
  }

  #ofWho(who: string): Map<string, Known> {
    const mine = this.#known.get(who) ?? new Map<string, Known>();
    this.#known.set(who, mine);
    const now = performance.now();
    for (const [key, { forgetAt }] of mine) {
      if (forgetAt === Infinity) continue;
      if (forgetAt > now) break;
      mine.delete(key);
    }
    return mine;
  }
}

function full(): ProtocolError {
  return new ProtocolError(
    'limit',
    `${MAX_EACH} requests with keys are remembered for you; ask without one, or later.`,
    {
      limit: 'keys',
      max: MAX_EACH,
    },
  );
}

/** What failed for good is answered the same; what may go better next time is tried again. */
function mayBeTriedAgain(error: unknown): boolean {
  return !(error instanceof ProtocolError) || error.retry !== 'no';
}
