import type { Numbered } from './numbered.ts';
import type { Teller } from './teller.ts';

/** Counts what is complete in the bytes that come on one connection. */
export type Counter = (bytes: Buffer) => number;

/** How a registry is spoken to, in bytes that were made before: the load counts answers, it does not understand them. */
export interface Dialect {
  /** What is sent before the first request. */
  readonly opening?: Uint8Array;
  /** One for each connection; counts answers, or parts of them that are always as many. */
  counter(): Counter;
  /** Registers a name that ends with the number, for an hour, or until its connection ends; answered by one count. */
  readonly register: Writer;
  /** The same as a change that watchers wait for. */
  readonly change: Writer;
  /** In an answer that says no. */
  readonly refusal?: string;
  /** Asks for everybody, as many as there are, page by page where there are pages. */
  list(teller: Teller, count: number): Promise<void>;
  readonly watch: Watch;
}

/** Writes a request with a number in it. */
export interface Writer extends Pick<Numbered, 'length' | 'write'> {
  /** Counts of its answer, 1 unless given. */
  readonly counts?: number;
}

/** How changes are watched. */
interface Watch {
  readonly request: Uint8Array;
  readonly counter: () => Counter;
  /** Counts of what comes at first, and of each change. */
  readonly first: number;
  readonly each: number;
}

const LF = 0x0a;

/** Counts lines. */
export function lines(): Counter {
  return (bytes) => {
    let count = 0;
    for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) count += 1;
    return count;
  };
}
