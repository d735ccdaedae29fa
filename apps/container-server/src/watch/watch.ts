import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import type { ContainerChange, EngineChange, WatchedContainer } from '@sextant/protocol/container-schemas';
import { nameOf } from '../container/container.ts';
import type { Endings } from '../container/endings.ts';
import type { Engine, Listed } from '../engine/engine.ts';
import type { Look } from '../engine/look.ts';
import { parseEvent, type EngineEvent } from '../engine/event.ts';
import { pause } from '../engine/deadline.ts';
import { History } from './history.ts';
import { OWNER } from '../container/labels.ts';
import { lastLines } from './last-lines.ts';
import { readLines } from '../engine/pull.ts';

/** Milliseconds until a lost engine is asked again, doubled each time. */
const RETRY_MS = { first: 250, most: 1500 };

/** The exit code of one that got a KILL, as the kernel sends where there is no memory. */
const KILLED = 137;
/** Milliseconds by which the engine may learn later why that was. */
const OOM_MS = 300;

interface Seen extends WatchedContainer {
  owner?: string | undefined;
  /** The kernel ended one of its programs for want of memory since it was started. */
  lackedMemory?: boolean;
}

/**
 * The containers made here and what changes about them, by one connection to the engine that is kept while anybody
 * watches. What an event tells that is known already changes nothing; so a list may come before or after events of the
 * same time.
 */
export class Watch {
  readonly history = new History<ContainerChange | EngineChange>();
  readonly #engine: Engine;
  readonly #endings: Endings;
  readonly #listMs: number;
  readonly #seen = new Map<string, Seen>();
  #wasListed = false;
  #isLost = false;
  #watchers = 0;
  #stop = new AbortController();
  /** The try to reach the engine that is under way, or what came of the last one. */
  #attempt = Promise.withResolvers<void>();
  #lastEvent: bigint | undefined;
  /** Those of which events came since the last list was asked for: it is older. */
  #touched = new Set<string>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(engine: Engine, endings: Endings, listMs: number) {
    this.#engine = engine;
    this.#endings = endings;
    this.#listMs = listMs;
  }

  /** The containers as they are known now. */
  get containers(): WatchedContainer[] {
    return [...this.#seen.values()].map(({ id, name, image, state, health }) => ({ id, name, image, state, health }));
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
    const pieces = this.#engine.events(this.#lastEvent, AbortSignal.any([stop, failed.signal]));
    try {
      // The first piece is empty: what happens from here on is told.
      await pieces.next();
      await this.#list();
      opened();
      timer = setInterval(() => void this.#list().catch((error: unknown) => failed.abort(error)), this.#listMs);
      for await (const line of readLines(pieces)) await this.#inTurn(() => this.#apply(parseEvent(line)));
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
    if (!this.#wasListed || this.#isLost === (state === 'lost')) return;
    this.#isLost = state === 'lost';
    this.history.add({ type: 'engine', state, at: now(), ...(Error.isError(why) && { reason: why.message }) });
  }

  async #list(): Promise<void> {
    const touched = new Set<string>();
    this.#touched = touched;
    const listed = await this.#engine.listOurs(true);
    await this.#inTurn(() => this.#compare(new Map(listed.map((one) => [one.Id, one])), touched));
  }

  async #compare(listed: ReadonlyMap<string, Listed>, touched: ReadonlySet<string>): Promise<void> {
    for (const [id, seen] of this.#seen) if (!listed.has(id) && !touched.has(id)) this.#removed(seen);
    for (const [id, one] of listed) {
      if (touched.has(id)) continue;
      const now = seenOf(one);
      const seen = this.#seen.get(id) ?? this.#created({ ...now, state: this.#wasListed ? 'created' : now.state });
      this.#rename(seen, now.name);
      await this.#move(seen, now.state);
      this.#health(seen, now.health);
    }
    this.#wasListed = true;
  }

  async #apply({ action, id, attributes, nanoseconds }: EngineEvent): Promise<void> {
    const at = new Date(Number(nanoseconds / 1_000_000n)).toISOString();
    this.#lastEvent = nanoseconds;
    this.#touched.add(id);
    const { name = '', image = '', exitCode } = attributes;
    const owner = attributes[OWNER];
    const [verb = '', detail] = action.split(': ');
    if (verb === 'create' && !this.#seen.has(id)) this.#created({ id, name, image, state: 'created', owner }, at);
    const seen = this.#seen.get(id);
    if (!seen) return;
    if (verb === 'oom') seen.lackedMemory = true;
    const state = STATES[verb];
    if (state !== undefined) await this.#move(seen, state, at, exitCode === undefined ? undefined : Number(exitCode));
    else if (verb === 'rename') this.#rename(seen, name, at);
    else if (verb === 'health_status') this.#health(seen, detail, at);
    else if (verb === 'destroy') this.#removed(seen, at);
  }

  #created(seen: Seen, at = now()): Seen {
    this.#seen.set(seen.id, seen);
    if (this.#wasListed) this.#tell(seen, { type: 'created' }, at);
    return seen;
  }

  #removed(seen: Seen, at = now()): void {
    this.#seen.delete(seen.id);
    this.#endings.take(seen.id);
    this.#tell(seen, { type: 'removed' }, at);
  }

  #rename(seen: Seen, name: string, at = now()): void {
    if (seen.name === name || name === '') return;
    const oldName = seen.name;
    seen.name = name;
    this.#tell(seen, { type: 'renamed', oldName }, at);
  }

  #health(seen: Seen, health: string | undefined, at = now()): void {
    if (seen.health === health) return;
    seen.health = health;
    if (health !== undefined) this.#tell(seen, { type: 'health', health }, at);
  }

  async #move(seen: Seen, state: string, at = now(), exitCode?: number): Promise<void> {
    const before = seen.state;
    if (before === state || state === 'created') return;
    seen.state = state;
    if (state === 'exited') return this.#ended(seen, at, exitCode);
    if (before !== 'running' && before !== 'paused') this.#started(seen, at);
    if (state === 'paused') this.#tell(seen, { type: 'paused' }, at);
    else if (before === 'paused') this.#tell(seen, { type: 'unpaused' }, at);
  }

  #started(seen: Seen, at: string): void {
    this.#endings.take(seen.id);
    seen.lackedMemory = false;
    this.#tell(seen, { type: 'started' }, at);
  }

  /**
   * Of one whose end nobody asked for, what may say why. Where the engine is lost by then, what is known.
   * @throws ProtocolError that it is lost, once this is told.
   */
  async #ended(seen: Seen, at: string, told: number | undefined): Promise<void> {
    const { id, owner } = seen;
    const asked = this.#endings.take(id);
    let lost: unknown;
    const look = (): Promise<Look | undefined> =>
      this.#engine.lookAt(id).catch((error: unknown) => {
        if (!isErrorType(error, 'not_found')) lost = error;
        return undefined;
      });
    let found = await look();
    if (!asked && told === KILLED && !seen.lackedMemory && found?.oomKilled === false) {
      await pause(OOM_MS, this.#stop.signal);
      found = (await look()) ?? found;
    }
    const exitCode = told ?? found?.exitCode ?? null;
    const oomKilled = seen.lackedMemory === true || found?.oomKilled === true;
    if (asked) this.#tell(seen, { type: 'stopped', exitCode, oomKilled }, at);
    else {
      const log = found ? await lastLines(this.#engine, id, found.hasTerminal).catch(() => []) : [];
      this.#tell(seen, { type: 'died', exitCode, oomKilled, ...(owner !== undefined && { owner }), log }, at);
    }
    if (lost !== undefined) throw lost;
  }

  #tell({ id, name, image }: Seen, change: Change, at: string): void {
    this.history.add({ ...change, at, id, name, image });
  }

  /** One after the other: a list does not come between an event and what is looked up for it. */
  #inTurn(act: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(act);
    this.#turn = done.catch(() => {});
    return done;
  }
}

/** A change without the container it is about. */
type Change = Pick<ContainerChange, 'type'> & Partial<ContainerChange>;

/** What a container is after what the engine tells. */
const STATES: Partial<Record<string, string>> = {
  start: 'running',
  unpause: 'running',
  pause: 'paused',
  die: 'exited',
};

function seenOf(listed: Listed): Seen {
  const { Id: id, Image: image, State, Status, Labels } = listed;
  const [, health] = /\((healthy|unhealthy)\)/.exec(Status) ?? [];
  const state = ['created', 'running', 'paused'].includes(State) ? State : 'exited';
  return { id, name: nameOf(listed), image, state, health, owner: Labels[OWNER] };
}

function now(): string {
  return new Date().toISOString();
}
