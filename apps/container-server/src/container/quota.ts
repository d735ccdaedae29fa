import { ProtocolError } from '@sextant/protocol/errors';
import type { Call } from '@sextant/service/session/call';
import type { Engine } from '../engine/engine.ts';
import { Turns } from './turns.ts';

/** Creations of one owner that may wait for each other. */
const MAX_WAITING = 256;

/** How many containers each owner may have: they are counted at the engine, so what is removed by other means counts no more. */
export class Quota {
  readonly #engine: Pick<Engine, 'countOf'>;
  readonly #max: number | undefined;
  readonly #turns = new Turns(MAX_WAITING, 'Too many containers are being created for you at once');

  /** Without a `max` there is no limit. */
  constructor(engine: Pick<Engine, 'countOf'>, max: number | undefined) {
    this.#engine = engine;
    this.#max = max;
  }

  /**
   * Makes one more for a caller: the next is counted when this one is there.
   * @throws ProtocolError `quota` if it has as many as it may.
   */
  async take<T>({ caller, signal }: Pick<Call, 'caller' | 'signal'>, make: () => Promise<T>): Promise<T> {
    const max = this.#max;
    if (max === undefined) return make();
    const owner = caller.principal.name;
    return this.#turns.take(owner, signal, async () => {
      const count = await this.#engine.countOf(owner);
      if (count >= max) throw full(owner, count, max);
      return make();
    });
  }
}

function full(owner: string, count: number, max: number): ProtocolError {
  return new ProtocolError(
    'quota',
    `${JSON.stringify(owner)} has ${count} containers, and the policy of this service allows ${max}: remove one first (sextant container ls --all).`,
    { limit: 'containersPerOwner', max },
  );
}
