import { ProtocolError } from '@sextant/protocol/errors';
import type { QueueWish } from '@sextant/protocol/process-schemas';

/** Programs that may wait: of some kilobytes each. */
const MOST_WAITING = 10_000;

/** Milliseconds after which one that found no place may try again: many programs end sooner than people do. */
const RETRY_MS = 1000;

/** The programs of an owner with one name of a queue. */
interface Line {
  readonly key: string;
  readonly name: string;
  limit: number;
  running: number;
  /** In their order. */
  readonly waiting: Set<Place>;
  /** Theirs, 1 for the next; until one of them is asked for, and from each change on, undefined. */
  positions?: ReadonlyMap<Place, number> | undefined;
}

/** The place of one program among those that run: it has one, or waits for it. */
export class Place {
  readonly line: Line | undefined;
  /** Counts those who wait upwards. */
  readonly number: number;
  readonly #places: Places | undefined;
  readonly #granted: PromiseWithResolvers<void> | undefined;
  #isLeft = false;

  /** @param places where it is one of them; nobody waits for one of a program that is over. */
  constructor(places?: Places, line?: Line, number = 0) {
    this.#places = places;
    this.line = line;
    this.number = number;
    this.#granted = line && Promise.withResolvers();
  }

  /** The queue it was asked for in, with its position while it waits: 1 for the next. */
  get queue(): (QueueWish & { position?: number }) | undefined {
    if (!this.line) return undefined;
    const { name, limit, waiting } = this.line;
    this.line.positions ??= new Map([...waiting].map((place, at) => [place, at + 1]));
    const position = this.line.positions.get(this);
    return { name, limit, ...(position !== undefined && { position }) };
  }

  get isWaiting(): boolean {
    return this.line?.waiting.has(this) === true;
  }

  /** Resolves when it may run. */
  async granted(): Promise<void> {
    await this.#granted?.promise;
  }

  grant(): void {
    this.#granted?.resolve();
  }

  /** It is free for others, or waits no more. */
  leave(): void {
    if (this.#isLeft) return;
    this.#isLeft = true;
    this.#places?.left(this);
  }
}

/** Who may run: so many at a time, and of each queue as many as it says. */
export class Places {
  readonly #most: number;
  readonly #lines = new Map<string, Line>();
  #running = 0;
  #waiting = 0;
  #count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /**
   * A place for a program, which waits for it if there is none, as long as it names a queue.
   * @throws ProtocolError `busy` for one that may not wait.
   */
  take(owner: string, queue?: QueueWish): Place {
    if (!queue) return this.#takeNow();
    if (this.#waiting >= MOST_WAITING) {
      throw busy(`${MOST_WAITING} programs wait already, the most this service takes. Try again later.`);
    }
    const line = this.#line(owner, queue);
    const place = new Place(this, line, (this.#count += 1));
    line.waiting.add(place);
    line.positions = undefined;
    this.#waiting += 1;
    this.#serve();
    return place;
  }

  /** For a place that is left. */
  left(place: Place): void {
    const { line } = place;
    if (line) line.positions = undefined;
    if (line?.waiting.delete(place)) this.#waiting -= 1;
    else {
      this.#running -= 1;
      if (line) line.running -= 1;
    }
    if (line?.running === 0 && line.waiting.size === 0) this.#lines.delete(line.key);
    this.#serve();
  }

  #takeNow(): Place {
    if (this.#running >= this.#most) {
      throw busy(
        `${this.#most} programs run, the most this service takes. Close one, wait for one to end, or ask with a queue to wait in.`,
      );
    }
    this.#running += 1;
    return new Place(this);
  }

  #line(owner: string, { name, limit }: QueueWish): Line {
    const key = `${owner}\0${name}`;
    const line = this.#lines.get(key) ?? { key, name, limit, running: 0, waiting: new Set() };
    line.limit = limit;
    this.#lines.set(key, line);
    return line;
  }

  /** Gives away what is free, to who asked first of those whose queue lets them. */
  #serve(): void {
    while (this.#waiting > 0 && this.#running < this.#most) {
      const next = this.#next();
      if (!next?.line) return;
      next.line.waiting.delete(next);
      next.line.positions = undefined;
      next.line.running += 1;
      this.#waiting -= 1;
      this.#running += 1;
      next.grant();
    }
  }

  #next(): Place | undefined {
    let next: Place | undefined;
    for (const { running, limit, waiting } of this.#lines.values()) {
      const [first] = running < limit ? waiting : [];
      if (first && (!next || first.number < next.number)) next = first;
    }
    return next;
  }
}

function busy(why: string): ProtocolError {
  return new ProtocolError('busy', why, { retryAfterMs: RETRY_MS });
}
