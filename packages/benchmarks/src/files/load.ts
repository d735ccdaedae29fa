import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Reading } from '../area.ts';
import { costing } from '../load/cost.ts';
import { Link } from '../load/link.ts';
import { untilQuiet } from '../load/quiet.ts';
import { CONNECTIONS, readyMemory, type Data, type Sized } from './data.ts';

/** What is measured of everybody who can do it. */
export const MEASURES = {
  down: 'down',
  downShared: `down, ${CONNECTIONS} connections`,
  up: 'up',
  upShared: `up, ${CONNECTIONS} connections`,
  tree: 'tree',
} as const;

/** Moves one file by a connection of its own. */
export type Transfer = (link: Link, file: Sized, target: string) => Promise<void>;

/** Megabytes a second of one connection, and of several together. */
export async function measureTransfers(
  server: { pid: number; port: number },
  data: Data,
  transfer: Transfer,
): Promise<[one: Reading, several: Reading]> {
  const { big, part } = data;
  // Once for all to get used to it.
  await together(server, part, 1, transfer);
  await readyMemory(data, big.bytes);
  await touch(data, big);
  const one = await together(server, big, 1, transfer);
  await readyMemory(data, big.bytes);
  await touch(data, part);
  return [one, await together(server, part, CONNECTIONS, transfer)];
}

/** As if it were written anew: nobody is to answer with a digest from before, as whoever has none hashes each time. */
async function touch({ served }: Data, { name }: Sized): Promise<void> {
  const now = new Date();
  await utimes(join(served, name), now, now);
}

async function together(
  { pid, port }: { pid: number; port: number },
  file: Sized,
  count: number,
  transfer: Transfer,
): Promise<Reading> {
  const links = await Promise.all(Array.from({ length: count }, () => Link.to(port)));
  try {
    return await costing(pid, () =>
      speedOf(count * file.bytes, () => Promise.all(links.map((link, at) => transfer(link, file, `put-${at}`)))),
    );
  } finally {
    for (const link of links) link[Symbol.dispose]();
  }
}

/** Megabytes a second. */
export async function speedOf(bytes: number, work: () => Promise<unknown>): Promise<number> {
  return (await rateOf(bytes, work)) / 1e6;
}

/** Of something a second. */
export async function rateOf(count: number, work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (count * 1000) / (performance.now() - began);
}

/** Sends pieces one after the other, as fast as the other side takes them. */
export async function pump(link: Link, pieces: Iterable<Uint8Array | string>): Promise<void> {
  for (const piece of pieces) if (!link.socket.write(piece)) await drained(link);
}

function drained({ socket }: Link): Promise<void> {
  return new Promise((resolve) => void socket.once('drain', () => resolve()));
}

/** How a small file is asked for, and how many answers have come. */
export interface Asking {
  readonly inFlight: number;
  ask(path: string, number: number): string;
  /** In every answer once; where it is not given, answers come one after the other, each of one length. */
  readonly mark?: string;
}

/** Files a second: asks for each of them on one connection, so many at a time. */
export async function measureTree(
  server: { pid: number; port: number },
  { tree }: Data,
  asking: Asking,
): Promise<Reading> {
  using link = await Link.to(server.port);
  const [first = ''] = tree;
  link.send(asking.ask(first, FIRST));
  await link.until(1);
  const answerBytes = await untilQuiet(link);
  const answers = asking.mark === undefined ? new Lengths(answerBytes) : new Marks(asking.mark);
  return await costing(server.pid, () => rateOf(tree.length, () => askAll(link, tree, asking, answers)));
}

function askAll(link: Link, tree: readonly string[], asking: Asking, answers: Answers): Promise<void> {
  return new Promise((resolve) => {
    let asked = 0;
    const askOn = (): void => {
      const next = tree.slice(asked, answers.count + asking.inFlight);
      if (next.length > 0) link.send(next.map((path, at) => asking.ask(path, FIRST + asked + at)).join(''));
      asked += next.length;
      if (answers.count >= tree.length) resolve();
    };
    link.heard = (bytes) => {
      answers.add(bytes);
      askOn();
    };
    askOn();
  });
}

/** Numbers of one length, so that all answers are. */
const FIRST = 100_000;

interface Answers {
  readonly count: number;
  add(bytes: Buffer): void;
}

/** Answers by their length. */
class Lengths implements Answers {
  readonly #answerBytes: number;
  #bytes = 0;

  constructor(answerBytes: number) {
    this.#answerBytes = answerBytes;
  }

  get count(): number {
    return Math.floor(this.#bytes / this.#answerBytes);
  }

  add(bytes: Buffer): void {
    this.#bytes += bytes.length;
  }
}

/** Answers by what each has once, also where it came in two pieces. */
class Marks implements Answers {
  readonly #mark: Buffer;
  #count = 0;
  #tail = Buffer.alloc(0);

  constructor(mark: string) {
    this.#mark = Buffer.from(mark);
  }

  get count(): number {
    return this.#count;
  }

  add(bytes: Buffer): void {
    const seam = this.#mark.length - 1;
    this.#look(Buffer.concat([this.#tail, bytes.subarray(0, seam)]));
    this.#look(bytes);
    this.#tail = Buffer.from(bytes.subarray(-seam));
  }

  #look(bytes: Buffer): void {
    for (let at = bytes.indexOf(this.#mark); at !== -1; at = bytes.indexOf(this.#mark, at + 1)) this.#count += 1;
  }
}
