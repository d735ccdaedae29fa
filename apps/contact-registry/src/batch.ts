import type { Id } from '@sextant/protocol/envelope';
import { itemLines } from '@sextant/service/session/item-lines';
import type { Change } from './change.ts';

/** Whole frames in one piece of memory, which several connections send. */
export interface Frames {
  readonly bytes: Buffer;
  readonly count: number;
}

/**
 * The changes of one turn of the event loop. They are put into frames once for all watchers that asked for the same under
 * the same id, and not once for each: they share the bytes.
 */
export class Batch {
  readonly #changes: Change[] = [];
  readonly #frames = new Map<string, Frames>();

  get size(): number {
    return this.#changes.length;
  }

  get firstRev(): number {
    return this.#changes[0]?.rev ?? 0;
  }

  get lastRev(): number {
    return this.#changes.at(-1)?.rev ?? 0;
  }

  add(change: Change): void {
    this.#changes.push(change);
  }

  /** The changes numbered above `rev`. */
  after(rev: number): readonly Change[] {
    return this.#changes.filter((change) => change.rev > rev);
  }

  /** All of it that is of a kind, or of any, for whoever asked under this id. */
  framesFor(id: Id, kind: string | undefined): Frames {
    const key = `${kind ?? ''} ${JSON.stringify(id)}`;
    const known = this.#frames.get(key);
    if (known) return known;
    const items = this.#changes.filter((change) => kind === undefined || change.kind === kind);
    const bytes =
      items.length === 0
        ? ''
        : itemLines(
            id,
            items.map(({ json }) => json),
          );
    const made = { bytes: Buffer.from(bytes), count: items.length };
    this.#frames.set(key, made);
    return made;
  }
}
