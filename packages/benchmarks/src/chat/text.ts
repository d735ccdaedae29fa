/** Bytes of each message. */
const BYTES = 150;

/** Begins the time in a message; nothing else that any server sends has it. */
export const MARK = 0x40;

/** Digits of microseconds after it. */
const DIGITS = 12;

/** A message that says when it was sent. */
export function textNow(): string {
  const us = Math.round(performance.now() * 1000);
  return `${String.fromCharCode(MARK)}${String(us).padStart(DIGITS, '0')}`.padEnd(BYTES, '.');
}

/** Finds the messages in what comes, and when they were sent. */
export class Ear {
  readonly #told: (ms: number) => void;
  /** The beginning of a time whose end is still to come. */
  #rest: Buffer = Buffer.alloc(0);

  /** `told`: of each message, how many milliseconds it took. */
  constructor(told: (ms: number) => void) {
    this.#told = told;
  }

  hear(bytes: Buffer): void {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const now = performance.now();
    let at = all.indexOf(MARK);
    for (; at !== -1 && at + DIGITS < all.length; at = all.indexOf(MARK, at + DIGITS))
      this.#told(now - Number(all.toString('latin1', at + 1, at + 1 + DIGITS)) / 1000);
    // The buffer is used again for what comes next.
    this.#rest = at === -1 ? Buffer.alloc(0) : Buffer.from(all.subarray(at));
  }
}
