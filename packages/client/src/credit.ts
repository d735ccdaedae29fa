import type { Method } from '@sextant/protocol/method';

/** Bytes that may wait for the reader of a stream of bytes; an item counts as one. */
const CREDIT_BYTES = 256 * 1024;
/** Items that may wait for the reader of a stream of items. */
const CREDIT_ITEMS = 1024;

/** What a stream asks for at its beginning, so that one which nobody reads does not hold up its connection. */
export function creditOf(method: Method): number {
  return method.channels?.out ? CREDIT_BYTES : CREDIT_ITEMS;
}

/** What one stream may still be sent: granted again, in quarters, as its reader takes. */
export class Credit {
  readonly #total: number;
  readonly #grant: (n: number) => void;
  #taken = 0;
  #waiting = 0;

  constructor(total: number, grant: (n: number) => void) {
    this.#total = total;
    this.#grant = grant;
  }

  /** True while more waits than was granted: the service pays no heed to it. */
  get overdrawn(): boolean {
    return this.#waiting > this.#total;
  }

  came(part: CountedPart): void {
    this.#waiting += costOf(part);
  }

  taken(part: CountedPart): void {
    const cost = costOf(part);
    this.#waiting -= cost;
    this.#taken += cost;
    if (this.#taken < this.#total / 4) return;
    this.#grant(this.#taken);
    this.#taken = 0;
  }
}

interface CountedPart {
  item?: unknown;
  body?: Uint8Array | undefined;
}

function costOf({ item, body }: CountedPart): number {
  return (body?.length ?? 0) + (item === undefined ? 0 : 1);
}
