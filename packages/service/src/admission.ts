import type { Socket } from 'node:net';
import type { Limits } from '@sextant/protocol/limits';
import type { Remote } from '@sextant/wire/connection';
import { sourceOf } from './source.ts';

/** Chance of being dropped once there are `strangersSome` strangers. */
const FIRST_CHANCE = 0.3;

/**
 * Who may come in from elsewhere: so many from one source, and so many who have not said who they are. Beyond that,
 * newcomers are dropped by chance, so that whoever tries again gets through while others only keep places taken.
 */
export class Admission {
  readonly #limits: Limits;
  readonly #bySource = new Map<string, number>();
  readonly #strangers = new Set<string>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Why a newcomer is not let in, if it is not. Who is on this machine always is. */
  refuse(socket: Socket, remote: Remote): 'per_address' | 'early_drop' | undefined {
    if (remote.local) return undefined;
    const source = sourceOf(remote.host);
    const count = this.#bySource.get(source) ?? 0;
    if (count >= this.#limits.perAddress) return 'per_address';
    if (Math.random() < this.#chanceOfDrop()) return 'early_drop';
    this.#bySource.set(source, count + 1);
    this.#strangers.add(keyOf(remote));
    socket.once('close', () => this.#gone(source, remote));
    return undefined;
  }

  /** It has said who it is. */
  known(remote: Remote): void {
    this.#strangers.delete(keyOf(remote));
  }

  #chanceOfDrop(): number {
    const { strangersSome, strangersAll } = this.#limits;
    const over = this.#strangers.size - strangersSome;
    if (over < 0) return 0;
    return FIRST_CHANCE + (1 - FIRST_CHANCE) * (over / Math.max(1, strangersAll - strangersSome));
  }

  #gone(source: string, remote: Remote): void {
    this.known(remote);
    const count = (this.#bySource.get(source) ?? 1) - 1;
    if (count === 0) this.#bySource.delete(source);
    else this.#bySource.set(source, count);
  }
}

function keyOf({ host, port }: Remote): string {
  return `${host} ${port}`;
}
