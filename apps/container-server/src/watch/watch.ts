import type { ContainerChange, EngineChange, WatchedContainer } from '@sextant/protocol/container-schemas';
import { ProtocolError } from '@sextant/protocol/errors';
import type { Endings } from '../container/endings.ts';
import { pause } from '../engine/deadline.ts';
import type { Engine } from '../engine/engine.ts';
import { parseEvent, type EngineEvent } from '../engine/event.ts';
import { readLines } from '../engine/pull.ts';
import { History } from '@sextant/service/history';
import { Watched } from './watched.ts';

/** Milliseconds until a lost engine is asked again, doubled each time. */
const RETRY_MS = { first: 250, most: 1500 };

/**
 * What happens to the containers made here, by one connection to the engine that is kept while anybody watches. After a
 * loss come the events of meanwhile, where the engine still has them, then a list.
 */
export class Watch {
  readonly history = new History<ContainerChange | EngineChange>();
  readonly #engine: Engine;
  readonly #listMs: number;
  readonly #watched: Watched;
  #isLost = false;
  #watchers = 0;
  #stop = new AbortController();
  /** The try to reach the engine that is under way, or what came of the last one. */
  #attempt = Promise.withResolvers<void>();
  #lastEvent: bigint | undefined;
  /** When the first list of this connection was asked for, by the engine's time: it knows what was before. */
  #listedAt = 0n;
  /** Those of which events came since the last list was asked for: it is older. */
  #touched = new Set<string>();

  constructor(engine: Engine, endings: Endings, listMs: number) {
    this.#engine = engine;
    this.#watched = new Watched(engine, endings, this.history);
    this.#listMs = listMs;
  }

  /** The containers as they are known now. */
  get containers(): WatchedContainer[] {
    return this.#watched.all;
  }

  /**
   * Watches until `use` is done.
   * @throws ProtocolError `dependency_down` if the engine does not answer at the beginning.
   */
  async while<T>(use: () => Promise<T>): Promise<T> {
    this.#watchers += 1;
    if (this.#watchers === 1) this.#start();
    try {
      await this.#attempt.promise;
      return await use();
    } finally {
      this.#watchers -= 1;
      if (this.#watchers === 0) this.#stop.abort(new ProtocolError('cancelled', 'Nobody watches any more.'));
    }
  }

  #start(): void {
    this.#stop = new AbortController();
    this.#begin();
    void this.#keep(this.#stop.signal);
  }

  #begin(): void {
    this.#attempt = Promise.withResolvers();
    this.#attempt.promise.catch(() => {});
  }

  async #keep(stop: AbortSignal): Promise<void> {
    for (let delayMs = RETRY_MS.first; !stop.aborted; delayMs = Math.min(delayMs * 2, RETRY_MS.most)) {
      const { resolve, reject } = this.#attempt;
      try {
        await this.#follow(stop, () => {
          delayMs = RETRY_MS.first;
          this.#engineIs('back');
          resolve();
        });
      } catch (error) {
        if (stop.aborted) return;
        this.#engineIs('lost', error);
        reject(error);
        await pause(delayMs, stop);
        if (!stop.aborted) this.#begin();
      }
    }
  }

  /** @throws what the connection ended with. */
  async #follow(stop: AbortSignal, opened: () => void): Promise<never> {
    const failed = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const cancel = AbortSignal.any([stop, failed.signal]);
    const pieces = this.#engine.events({}, cancel);
    try {
      // The first piece is empty: what happens from here on is told.
      await pieces.next();
      const asked = await this.#engine.now();
      if (this.#lastEvent !== undefined) await this.#replay(this.#lastEvent, asked, cancel);
      this.#listedAt = asked;
      this.#lastEvent ??= asked;
      await this.#list();
      await this.#watched.told();
      opened();
      timer = setInterval(() => void this.#list().catch((error: unknown) => failed.abort(error)), this.#listMs);
      for await (const line of readLines(pieces)) this.#take(parseEvent(line));
      throw new ProtocolError('dependency_down', 'The Docker engine ended its events.', { dependency: 'docker' });
    } finally {
      clearInterval(timer);
      failed.abort();
      // One that was not read yet holds its connection until it is told.
      await pieces.return(undefined);
    }
  }

  /** Told once, to those who have seen it answer. */
  #engineIs(state: 'lost' | 'back', why?: unknown): void {
    if (!this.#watched.wasListed || this.#isLost === (state === 'lost')) return;
    this.#isLost = state === 'lost';
    const at = new Date().toISOString();
    this.history.add({ type: 'engine', state, at, ...(Error.isError(why) && { reason: why.message }) });
  }

  async #list(): Promise<void> {
    const touched = new Set<string>();
    this.#touched = touched;
    const listed = await this.#engine.listOurs(true);
    this.#watched.compare(new Map(listed.map((one) => [one.Id, one])), touched);
  }

  /** What happened since the last event that was heard. What the engine has forgotten itself, the list shows. */
  async #replay(after: bigint, until: bigint, cancel: AbortSignal): Promise<void> {
    for await (const line of readLines(this.#engine.events({ after, until }, cancel))) this.#take(parseEvent(line));
  }

  #take(event: EngineEvent): void {
    if (event.nanoseconds <= this.#listedAt) return;
    this.#lastEvent = event.nanoseconds;
    this.#touched.add(event.id);
    this.#watched.apply(event);
  }
}
