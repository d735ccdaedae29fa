import { PAGE_BYTES } from '@sextant/protocol/limits';

/** One page of a list. `next` is there where more follows. */
export interface Page<Item> {
  items: Item[];
  next?: string;
}

/**
 * Cuts a page from items ordered by a key: the ones after the cursor `next`, at most `limit`, and no more than fit a
 * line.
 */
export function pageOf<Item>(
  items: Iterable<Item>,
  key: (item: Item) => string,
  asked: { limit: number; next?: string | undefined },
): Page<Item> {
  const page: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    if (asked.next !== undefined && key(item) <= asked.next) continue;
    bytes += Buffer.byteLength(JSON.stringify(item)) + 1;
    const last = page.at(-1);
    if (last !== undefined && (page.length === asked.limit || bytes > PAGE_BYTES))
      return { items: page, next: key(last) };
    page.push(item);
  }
  return { items: page };
}
