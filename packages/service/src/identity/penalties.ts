import { setTimeout as sleep } from 'node:timers/promises';
import { ProtocolError } from '@sextant/protocol/errors';
import type { Remote } from '@sextant/wire/connection';
import type PQueue from 'p-queue';
import { sourceOf } from '../source.ts';

/** Milliseconds until whoever guessed wrongly hears of it. */
const ANSWER_MS = 1000;
/** Wrong guesses from this machine itself that are answered in a second; a guesser must not lock the owner out. */
const LOCAL_PER_SECOND = 8;
/** Wrong guesses that wait for their answer at a time. */
const MAX_WAITING = 256;
/** Milliseconds a source from elsewhere is not listened to after its first wrong guess; doubled with each. */
const FIRST_MS = 5000;
const LONGEST_MS = 600_000;
/** Milliseconds after which a source's wrong guesses are forgotten. */
const FORGET_MS = 3_600_000;
/** Sources remembered at a time. */
const MAX_SOURCES = 10_000;

interface Source {
  failures: number;
  lastAt: number;
  /** Guesses of one source are looked at one after the other, or many at once would count as one. */
  turn: Promise<unknown>;
}

/** Slows down whoever tries tokens. */
export class Penalties {
  readonly #sources = new Map<string, Source>();
  #localAnswers: PQueue | undefined;

  /**
   * Looks at a proof, unless its source has guessed wrongly lately. A wrong one is told after a while.
   * @throws ProtocolError `rate_limited`
   */
  async judge<T>(remote: Remote, look: () => Promise<T | undefined>): Promise<T | undefined> {
    const answerAt = performance.now() + ANSWER_MS;
    const found = remote.local ? await look() : await this.#inTurn(sourceOf(remote.host), look);
    if (found !== undefined) return found;
    await sleep(answerAt - performance.now());
    if (remote.local) await this.#wait();
    return undefined;
  }

  async #wait(): Promise<void> {
    // Loaded when it is first needed: in most services that is never.
    const { default: Queue } = await import('p-queue');
    this.#localAnswers ??= new Queue({ intervalCap: LOCAL_PER_SECOND, interval: 1000 });
    if (this.#localAnswers.size >= MAX_WAITING) {
      throw new ProtocolError('rate_limited', 'Too many wrong credentials are tried on this machine at once.', {
        retryAfterMs: ANSWER_MS,
      });
    }
    await this.#localAnswers.add(() => {});
  }

  #inTurn<T>(name: string, look: () => Promise<T | undefined>): Promise<T | undefined> {
    const source = this.#source(name);
    const turn = source.turn.then(async () => {
      refuse(source);
      const found = await look();
      if (found === undefined) this.#count(source);
      return found;
    });
    source.turn = turn.catch(() => {});
    return turn;
  }

  #count(source: Source): void {
    source.failures += 1;
    source.lastAt = performance.now();
  }

  #source(name: string): Source {
    const known = this.#sources.get(name);
    const source = known && !isForgotten(known) ? known : { failures: 0, lastAt: 0, turn: Promise.resolve() };
    this.#sources.delete(name);
    this.#sources.set(name, source);
    const [oldest] = this.#sources.keys();
    if (this.#sources.size > MAX_SOURCES && oldest !== undefined) this.#sources.delete(oldest);
    return source;
  }
}

function isForgotten({ failures, lastAt }: Source): boolean {
  return failures > 0 && performance.now() - lastAt > FORGET_MS;
}

function refuse({ failures, lastAt }: Source): void {
  if (failures === 0) return;
  const penalty = Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS);
  const retryAfterMs = Math.ceil(lastAt + penalty - performance.now());
  if (retryAfterMs <= 0) return;
  throw new ProtocolError(
    'rate_limited',
    `Too many wrong credentials came from this address; it is listened to again in ${Math.ceil(retryAfterMs / 1000)} s.`,
    { retryAfterMs },
  );
}
