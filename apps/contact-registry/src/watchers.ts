import { Batch } from './batch.ts';
import type { Change } from './change.ts';
import type { Watcher } from './watcher.ts';

/** Changes that are not held until the end of a turn: watchers are looked after for each so many. */
const BATCH_SIZE = 256;

/** Who watches, and what they are to be told at the end of this turn of the event loop. */
export class Watchers {
  readonly #all = new Set<Watcher>();
  #fresh = new Batch();

  add(watcher: Watcher): void {
    this.#all.add(watcher);
  }

  delete(watcher: Watcher): void {
    this.#all.delete(watcher);
  }

  tell(change: Change): void {
    if (this.#all.size === 0) return;
    this.#fresh.add(change);
    if (this.#fresh.size === BATCH_SIZE) this.#flush();
    else if (this.#fresh.size === 1) setImmediate(() => this.#flush());
  }

  #flush(): void {
    const fresh = this.#fresh;
    if (fresh.size === 0) return;
    this.#fresh = new Batch();
    for (const watcher of this.#all) watcher.offer(fresh);
  }
}
