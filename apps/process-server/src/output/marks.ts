/** Bytes that a program may be ahead of whoever it waits for. */
const AHEAD = 512 * 1024;

/** As far as a program's pace is concerned, one who reads. */
interface Pacing {
  readonly place: number;
  readonly paces: boolean;
}

/** How far an output was read. */
export class Marks {
  readonly #wait: number | undefined;
  #paced = 0;
  #read = 0;

  /** @param wait bytes that the program may be ahead of everybody, if it is to wait for somebody at all. */
  constructor(wait: number | undefined) {
    this.#wait = wait;
  }

  /** The place up to which anybody has read. */
  get read(): number {
    return this.#read;
  }

  move({ place, paces }: Pacing): void {
    if (place > this.#read) this.#read = place;
    if (paces && place > this.#paced) this.#paced = place;
  }

  /** Whether a program that has printed so far is ahead of those it waits for. */
  isAhead(to: number, readers: ReadonlySet<Pacing>): boolean {
    if (this.#wait !== undefined && to - this.#read >= this.#wait) return true;
    if (to - this.#paced < AHEAD) return false;
    for (const { paces } of readers) if (paces) return true;
    return false;
  }
}
