import { setTimeout as sleep } from 'node:timers/promises';
import { isErrorType } from '@sextant/protocol/errors';
import type { Log } from '@sextant/service/observe/log';
import Queue from 'p-queue';
import type { Endings } from '../container/endings.ts';
import { EXPIRES, expiryOf, KEY, LEASH } from '../container/labels.ts';
import { isAlive } from '../container/state.ts';
import type { Engine, Listed } from '../engine/engine.ts';
import { Alarm } from '@sextant/service/alarm';
import { Leashes } from './leashes.ts';
import { Retry } from './retry.ts';
import type { ServerId } from './server-id.ts';
import { Strays } from './strays.ts';

/** Milliseconds between TERM and KILL, usually and where the service itself ends. */
const GRACE_MS = { usual: 10_000, closing: 1000 };
/** Milliseconds that the end of the service waits for containers: what is left then ends at its next start. */
const CLOSE_MS = 1400;
/** Milliseconds after the start at which those that ended meanwhile are looked for: the start has cost enough. */
const BEGIN_MS = 1000;
/** Containers that are ended side by side. */
const AT_ONCE = 8;
/** Milliseconds until another look: for leashed ones that are gone; for strays that may still come, and what others are removing. */
const LEASHED_MS = 60_000;
const AGAIN_MS = 1000;

type Why = 'ttl' | 'leash' | 'stray';

/**
 * Ends containers: stops and removes those whose time is over, those whose caller is gone, and strays. What the engine
 * lists with our labels decides, so it does not matter who made one, when, or what it is called by now.
 */
export class Lifetimes {
  readonly #engine: Engine;
  readonly #endings: Endings;
  readonly #server: ServerId;
  readonly #log: Log;
  readonly #alarm = new Alarm(() => void this.#look());
  readonly #leashes = new Leashes(() => void this.#look());
  readonly #strays = new Strays();
  readonly #retry = new Retry(() => void this.#look());
  readonly #queue = new Queue({ concurrency: AT_ONCE });
  readonly #over = new AbortController();
  /** By id, those that are about to be ended. */
  readonly #ending = new Map<string, { key: string | undefined; done: Promise<void> }>();
  /** Ids of those whose labels come from an image. */
  #notOurs: ReadonlySet<string> = new Set<string>();
  #isLooking = false;
  #isLookWanted = false;
  #isClosing = false;

  constructor(engine: Engine, endings: Endings, server: ServerId, log: Log) {
    this.#engine = engine;
    this.#endings = endings;
    this.#server = server;
    this.#log = log;
  }

  /** Goes on with what was made before this start, where anything was. */
  begin(): void {
    if (this.#server.known !== undefined) this.#alarm.set(Date.now() + BEGIN_MS);
  }

  /** The labels of a container that is to be made now. */
  async marks({
    ttlMs,
    leash,
  }: {
    ttlMs?: number | undefined;
    leash?: boolean | undefined;
  }): Promise<Record<string, string>> {
    if (ttlMs === undefined && !leash) return {};
    // Also without a leash: that there is one says that there is something to look for after the next start.
    const server = await this.#server.get();
    return {
      ...(ttlMs !== undefined && { [EXPIRES]: new Date(Date.now() + ttlMs).toISOString() }),
      ...(leash && { [LEASH]: server }),
    };
  }

  /** Leashes the container with this key to a connection, before it is made. False where another connection has it. */
  hold(key: string, over: AbortSignal): boolean {
    return this.#leashes.hold(key, over);
  }

  /** Somebody wants the container with this key: it is no stray, and not there while it is being ended. */
  async claim(key: string): Promise<void> {
    this.#strays.delete(key);
    for (const ending of this.#ending.values()) if (ending.key === key) await ending.done;
  }

  /** A container with these labels was made. */
  follow(labels: Readonly<Record<string, string>>): void {
    this.#leashes.made(labels[KEY] ?? '');
    this.#alarm.set(expiryOf(labels) ?? Infinity);
    if (this.#leashes.size > 0) this.#alarm.set(Date.now() + LEASHED_MS);
  }

  /** The container with this key may have been made, but nobody will ever use it: it goes as soon as the engine answers. */
  abandon(key: string): void {
    this.#leashes.release(key);
    this.#strays.add(key);
    void this.#look();
  }

  /** Nothing was made with this key for whoever holds it. */
  forget(key: string): void {
    this.#leashes.release(key);
  }

  /** Ends the leashed ones, as far as the end of a service has time for it. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#alarm.clear();
    this.#retry.stop();
    if (this.#leashes.size > 0) {
      this.#queue.concurrency = Infinity;
      // Those that are being ended have less time now.
      this.#ending.clear();
      const ended = this.#due().then((due) => Promise.allSettled(due.map((one) => this.#endInTurn(one))));
      await Promise.race([ended.catch(() => {}), sleep(CLOSE_MS, undefined, { ref: false })]);
      this.#leashes.clear();
    }
    this.#over.abort();
  }

  /** Looks for containers to end, once more where that is wanted meanwhile. */
  async #look(): Promise<void> {
    this.#isLookWanted = true;
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      while (this.#isLookWanted && !this.#isClosing) {
        this.#isLookWanted = false;
        void this.#endAll(await this.#due());
      }
    } catch (error) {
      this.#failed(error);
    }
    this.#isLooking = false;
  }

  /** Those whose end has come; sets the alarm for the others. */
  async #due(): Promise<Listed[]> {
    const forgetGone = this.#leashes.census();
    const listed = await this.#engine.listOurs(true);
    const keys = new Set(listed.map(({ Labels }) => Labels[KEY]));
    forgetGone(keys);
    this.#strays.tidy(keys);
    if (this.#leashes.size > 0) this.#alarm.set(Date.now() + LEASHED_MS);
    if (this.#strays.size > 0) this.#alarm.set(Date.now() + AGAIN_MS);
    this.#notOurs = this.#notOurs.intersection(new Set(listed.map(({ Id }) => Id)));
    const now = Date.now();
    return listed.filter(({ Id, Labels }) => {
      const expiry = expiryOf(Labels) ?? Infinity;
      if (expiry > now) this.#alarm.set(expiry);
      return this.#why({ Id, Labels }, now) !== undefined && !this.#ending.has(Id);
    });
  }

  #why({ Id, Labels: labels }: Pick<Listed, 'Id' | 'Labels'>, now = Date.now()): Why | undefined {
    const key = labels[KEY];
    if (!key || this.#notOurs.has(Id)) return undefined;
    if (this.#strays.has(key)) return 'stray';
    if ((expiryOf(labels) ?? Infinity) <= now) return 'ttl';
    const { known } = this.#server;
    const isOwn = known !== undefined && labels[LEASH] === known;
    return isOwn && (this.#isClosing || !this.#leashes.isHeld(key)) ? 'leash' : undefined;
  }

  async #endAll(due: readonly Listed[]): Promise<void> {
    const ended = await Promise.allSettled(due.map((one) => this.#endInTurn(one)));
    const failed = ended.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') this.#failed(failed.reason);
    else this.#retry.succeeded();
  }

  async #endInTurn(listed: Listed): Promise<void> {
    const done = this.#queue.add(() => this.#end(listed));
    const ending = { key: listed.Labels[KEY], done: done.catch(() => {}) };
    this.#ending.set(listed.Id, ending);
    try {
      await done;
    } finally {
      if (this.#ending.get(listed.Id) === ending) this.#ending.delete(listed.Id);
    }
  }

  async #end({ Id: id, Labels, State, ImageID }: Listed): Promise<void> {
    const why = this.#why({ Id: id, Labels });
    // Somebody has asked for it again while it waited.
    if (why === undefined) return;
    if (!this.#leashes.knows(Labels[KEY]) && (await this.#isInherited(Labels, ImageID))) {
      this.#log.warn({ container: id }, 'left alone: its labels are those of an image that was made from another');
      this.#notOurs = this.#notOurs.union(new Set([id]));
      return;
    }
    const graceMs = this.#isClosing ? GRACE_MS.closing : GRACE_MS.usual;
    this.#endings.ask(id, graceMs, why === 'stray' ? {} : { reason: why });
    try {
      if (isAlive(State) && why !== 'stray') await this.#engine.stop(id, graceMs, this.#over.signal);
      await this.#engine.remove(id, true);
      this.#log.info({ container: id, why }, 'ended a container');
    } catch (error) {
      // Somebody else is removing it, or has.
      if (isErrorType(error, 'conflict')) this.#alarm.set(Date.now() + AGAIN_MS);
      else if (!isErrorType(error, 'not_found')) throw error;
    }
    this.#strays.delete(Labels[KEY] ?? '');
  }

  /** An image that was made from a container has its labels, and so has what others make from it. */
  async #isInherited(labels: Readonly<Record<string, string>>, image: string): Promise<boolean> {
    const { Config } = await this.#engine.images.look(image).catch((error: unknown) => {
      if (!isErrorType(error, 'not_found')) throw error;
      return { Config: undefined };
    });
    return Config?.Labels?.[KEY] === labels[KEY];
  }

  #failed(error: unknown): void {
    if (this.#isClosing) return;
    if (this.#retry.failed()) this.#log.warn({ err: error }, 'cannot end containers now; tries again');
  }
}
