import { setTimeout as sleep } from 'node:timers/promises';
import { Link } from '../load/link.ts';
import type { Dialect } from './dialect.ts';
import { Ear, textNow } from './text.ts';

/** Members that send. */
const SENDERS = 10;

/** Members that enter at once. */
const ENTERING = 50;

/** Milliseconds without a byte after which nothing more is expected. */
const QUIET_MS = 100;

/** Messages of each sender by which it is learnt what one comes to. */
const TRIALS = 4;

/** What everyone together gets when each sender sends one message. */
export interface Round {
  readonly bytes: number;
  readonly deliveries: number;
}

/** All members of one room. */
export class Crowd implements Disposable {
  readonly dialect: Dialect;
  readonly #links: readonly Link[];
  /** Bytes that have come to all of them. */
  received = 0;
  /** Told of each piece that comes to any of them. */
  heard: (bytes: Buffer, member: number) => void = () => {};

  private constructor(links: readonly Link[], dialect: Dialect) {
    this.#links = links;
    this.dialect = dialect;
    for (const [member, link] of links.entries()) {
      link.heard = (bytes) => {
        this.received += bytes.length;
        this.heard(bytes, member);
      };
    }
  }

  static async in(port: number, dialect: Dialect, members: number): Promise<Crowd> {
    const links: Link[] = [];
    while (links.length < members) {
      const next = Array.from({ length: Math.min(ENTERING, members - links.length) }, (_, at) => links.length + at);
      links.push(...(await Promise.all(next.map((member) => enter(port, dialect.opening(member))))));
    }
    const crowd = new Crowd(links, dialect);
    await crowd.quiet();
    return crowd;
  }

  get senders(): readonly Link[] {
    return this.#links.slice(0, SENDERS);
  }

  /** Members that only listen, by their numbers. */
  get listeners(): readonly number[] {
    return [...this.#links.keys()].slice(SENDERS);
  }

  /** Resolves once nothing comes any more. */
  async quiet(): Promise<void> {
    for (let before = -1; before !== this.received; await sleep(QUIET_MS)) before = this.received;
  }

  /** Learns what a message comes to, by counting a few. */
  async learn(): Promise<Round> {
    const before = this.received;
    let deliveries = 0;
    this.listen(() => (deliveries += 1));
    for (let trial = 0; trial < TRIALS; trial += 1) {
      for (const sender of this.senders) sender.send(this.dialect.message(textNow(), 9000 + trial));
    }
    await this.quiet();
    if (deliveries === 0) throw new Error('nothing that was sent is delivered');
    return { bytes: (this.received - before) / TRIALS, deliveries: deliveries / TRIALS };
  }

  /** Tells of each message that comes how many milliseconds it took. */
  listen(told: (ms: number) => void): void {
    const ears = this.#links.map(() => new Ear(told));
    this.heard = (bytes, member) => ears[member]?.hear(bytes);
  }

  [Symbol.dispose](): void {
    for (const link of this.#links) link[Symbol.dispose]();
  }
}

async function enter(port: number, opening: readonly (Uint8Array | string)[]): Promise<Link> {
  const link = await Link.to(port);
  for (const [at, piece] of opening.entries()) {
    const before = link.received;
    link.send(piece);
    if (at < opening.length - 1) await link.until(before + 1);
  }
  return link;
}
