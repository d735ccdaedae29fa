import type { Output } from './output.ts';

/** Outputs that have ended and are on disk: of more than there is room for, the oldest go. */
export class Shelf {
  readonly #room: number;
  readonly #sizes = new Map<Output, number>();
  #taken = 0;

  /** @param room bytes. */
  constructor(room: number) {
    this.#room = room;
  }

  /** The newest. */
  add(output: Output): void {
    this.remove(output);
    const { size } = output;
    if (size === 0) return;
    this.#sizes.set(output, size);
    this.#taken += size;
    for (const oldest of this.#sizes.keys()) {
      if (this.#taken <= this.#room) return;
      this.remove(oldest);
      void oldest.discard();
    }
  }

  remove(output: Output): void {
    this.#taken -= this.#sizes.get(output) ?? 0;
    this.#sizes.delete(output);
  }
}
