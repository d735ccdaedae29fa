import type { Census } from '../tree/census.ts';
import { Tree } from '../tree/tree.ts';

/** The runs of a launcher until the service says that they are over: what is to end with it. */
export class Brood {
  readonly #groups = new Map<string, number | undefined>();

  /** A run, and the process group of its program as far as that is known and no other's by now. */
  set(run: string, group?: number): void {
    this.#groups.set(run, group);
  }

  delete(run: string): void {
    this.#groups.delete(run);
  }

  /** Kills all of them, with everything they started. */
  async end(census: Census): Promise<void> {
    if (this.#groups.size === 0) return;
    const groups = [...this.#groups.values()].filter((group) => group !== undefined);
    await new Tree(census, { groups, marked: (run) => this.#groups.has(run) }).end(0);
  }
}
