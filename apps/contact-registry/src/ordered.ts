/** Things in a chunk at most: what is moved when one comes or goes. */
const CHUNK = 512;

/** Things in the order of their names, in chunks that are split as they grow: adding one costs little among 100,000. */
export class Ordered<T extends { readonly name: string }> {
  /** None of them empty, and each one's names before the next one's. */
  readonly #chunks: T[][] = [];

  /** Its name must not be there yet. */
  add(item: T): void {
    const at = Math.min(this.#chunkOf(item.name), Math.max(0, this.#chunks.length - 1));
    const chunk = this.#chunks[at];
    if (!chunk) return void this.#chunks.push([item]);
    chunk.splice(placeOf(chunk, item.name), 0, item);
    if (chunk.length > CHUNK) this.#chunks.splice(at + 1, 0, chunk.splice(CHUNK / 2));
  }

  delete(name: string): void {
    const at = this.#chunkOf(name);
    const chunk = this.#chunks[at];
    const place = chunk ? placeOf(chunk, name) : 0;
    if (chunk?.[place]?.name !== name) return;
    chunk.splice(place, 1);
    if (chunk.length === 0) this.#chunks.splice(at, 1);
  }

  /** What comes after a name, which need not be there; everything without one. */
  *after(name = ''): Generator<T, undefined> {
    for (let at = this.#chunkOf(name), first = true; at < this.#chunks.length; at += 1, first = false) {
      const chunk = this.#chunks[at] ?? [];
      const begin = first ? placeOf(chunk, name) : 0;
      for (let place = begin; place < chunk.length; place += 1) {
        const item = chunk[place];
        if (item && (place > begin || !first || item.name !== name)) yield item;
      }
    }
  }

  /** The first chunk that does not end before a name. */
  #chunkOf(name: string): number {
    return firstWhere(this.#chunks, (chunk) => (chunk.at(-1)?.name ?? '') >= name);
  }
}

/** Where a name is, or would be. */
function placeOf(chunk: readonly { readonly name: string }[], name: string): number {
  return firstWhere(chunk, (item) => item.name >= name);
}

/** The first place for which something holds that holds for all after it too. */
function firstWhere<T>(items: readonly T[], holds: (item: T) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && holds(item)) high = middle;
    else low = middle + 1;
  }
  return low;
}
