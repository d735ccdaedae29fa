import type { RestartPolicy } from '@sextant/protocol/process-schemas';
import type { Exit } from '../launch/errand.ts';

/** Milliseconds before a program is started again, doubled each time. */
const MS = { first: 1000, most: 60_000 };

/** Milliseconds after which a program that ran so long begins with the first of them again. */
const WELL_MS = 10_000;

/** The share of them that chance may take away: what failed together is not to come back together. */
const JITTER = 0.2;

/** Whether and when a program is started again. */
export class Restarts {
  readonly policy: RestartPolicy;
  #count = 0;
  #inRow = 0;

  constructor(policy: RestartPolicy) {
    this.policy = policy;
  }

  /** How often it was. */
  get count(): number {
    return this.#count;
  }

  /** True where one that ended like this is. */
  follows({ exitCode }: Exit): boolean {
    return this.policy === 'always' || (this.policy === 'on-failure' && exitCode !== 0);
  }

  /** Milliseconds until then, for one that ran so long. */
  next(ranMs: number): number {
    if (ranMs >= WELL_MS) this.#inRow = 0;
    const ms = Math.min(MS.first * 2 ** this.#inRow, MS.most);
    this.#inRow += 1;
    return ms * (1 - JITTER * Math.random());
  }

  /** It was started again. */
  add(): void {
    this.#count += 1;
  }
}
