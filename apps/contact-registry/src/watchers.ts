import { Batch } from '@sextant/service/session/batch';
import type { Change } from './change.ts';
import type { Watcher } from './watcher.ts';

/** Who watches, and what they are to be told at the end of this turn of the event loop. */
export class Watchers {
  readonly #all = new Set<Watcher>();
  #fresh = new Batch<Change>();

  add(watcher: Watcher): void {
    this.#all.add(watcher);
  }

  delete(watcher: Watcher): void {
    this.#all.delete(watcher);
  }

  tell(change: Change): void {
    if (this.#all.size === 0) return;
    this.#fresh.add(change);
    if (this.#fresh.isFull) this.#flush();
    else if (this.#fresh.size === 1) setImmediate(() => this.#flush());
  }

  #flush(): void {
    const fresh = this.#fresh;
    if (fresh.size === 0) return;
    this.#fresh = new Batch<Change>();
    for (const watcher of this.#all) watcher.offer(fresh);
  }
}
