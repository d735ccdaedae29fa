import { Link } from '../load/link.ts';
import type { Counter, Dialect, Writer } from './dialect.ts';

/** Bytes at the end of an answer that may be looked at. */
const TAIL_BYTES = 128;

/** A connection of the load that asks, and counts answers. */
export class Teller implements Disposable {
  /** Counts so far. */
  count = 0;
  readonly #link: Link;
  readonly #counter: Counter;
  readonly #refusal: string | undefined;
  /** Told of what came, after it was counted; the bytes are overwritten by the next. */
  #told: (bytes: Buffer) => void = () => {};

  private constructor(link: Link, counter: Counter, refusal: string | undefined) {
    this.#link = link;
    this.#counter = counter;
    this.#refusal = refusal;
    link.heard = (bytes) => this.#heard(bytes);
  }

  /** Connects; `counter` where not answers are counted. */
  static async to(port: number, dialect: Dialect, counter: Counter = dialect.counter()): Promise<Teller> {
    const teller = new Teller(await Link.to(port), counter, dialect.refusal);
    if (dialect.opening) teller.send(dialect.opening);
    return teller;
  }

  send(bytes: Uint8Array | string): void {
    this.#link.send(bytes);
  }

  /** Resolves with the last bytes that came, once there are so many counts more than when it was asked. */
  more(counts: number): Promise<Buffer> {
    return this.until(this.count + counts);
  }

  until(count: number): Promise<Buffer> {
    if (this.count >= count) return Promise.resolve(Buffer.alloc(0));
    return new Promise((resolve) => {
      this.#told = (bytes) => {
        if (this.count >= count) resolve(Buffer.from(bytes.subarray(-TAIL_BYTES)));
      };
    });
  }

  /** Writes a range of numbers, each once, with so many unanswered at a time, and waits for the last answer. */
  sendAll(writer: Writer, range: Range, inFlight: number): Promise<void> {
    const base = this.count;
    let asked = 0;
    return new Promise((resolve) => {
      const go = (): void => {
        const answered = Math.floor((this.count - base) / (writer.counts ?? 1));
        const next = Math.min(range.count - asked, inFlight - (asked - answered));
        if (next > 0) this.sendSome(writer, { first: range.first + asked, count: next });
        asked += Math.max(0, next);
        if (answered >= range.count) resolve();
      };
      this.#told = (bytes) => {
        this.#check(bytes);
        go();
      };
      go();
    });
  }

  sendSome(writer: Writer, { first, count }: Range): void {
    const batch = Buffer.allocUnsafe(writer.length * count);
    for (let one = 0; one < count; one += 1) writer.write(batch, writer.length * one, first + one);
    this.send(batch);
  }

  [Symbol.dispose](): void {
    this.#link[Symbol.dispose]();
  }

  #heard(bytes: Buffer): void {
    this.count += this.#counter(bytes);
    this.#told(bytes);
  }

  #check(bytes: Buffer): void {
    if (this.#refusal === undefined || !bytes.includes(this.#refusal)) return;
    throw new Error(`a registry refuses: ${bytes.toString('utf8', 0, 300)}`);
  }
}

/** Numbers from the first on. */
export interface Range {
  readonly first: number;
  readonly count: number;
}
