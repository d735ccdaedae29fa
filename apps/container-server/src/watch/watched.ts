import type { ContainerChange, EngineChange, WatchedContainer } from '@sextant/protocol/container-schemas';
import Queue from 'p-queue';
import { nameOf } from '../container/container.ts';
import type { Ending, Endings } from '../container/endings.ts';
import { ownerOf } from '../container/labels.ts';
import { NEVER, pause } from '../engine/deadline.ts';
import type { Engine, Listed } from '../engine/engine.ts';
import type { EngineEvent } from '../engine/event.ts';
import type { Look } from '../engine/look.ts';
import type { History } from '@sextant/service/history';
import { lastLines } from './last-lines.ts';

/** The exit code of one that got a KILL, as the kernel sends where there is no memory. */
const KILLED = 137;
/** Milliseconds by which the engine may learn later why that was. */
const OOM_MS = 300;
/** Ends that are looked into at a time. */
const LOOKS = 8;

/** One run of a container's program. */
interface Run {
  /** The kernel ended one of its programs for want of memory. */
  lackedMemory: boolean;
}

interface Seen extends WatchedContainer {
  owner?: string | undefined;
  run: Run;
  /** Why it was stopped here. */
  ending?: Ending | undefined;
  /** What is to be told of it still, while its end is looked into. */
  telling?: Promise<void> | undefined;
}

/** The containers made here as they are known, and the changes that lists and events tell of them. What is known already is no change. */
export class Watched {
  readonly #engine: Engine;
  readonly #endings: Endings;
  readonly #history: History<ContainerChange | EngineChange>;
  readonly #seen = new Map<string, Seen>();
  readonly #looks = new Queue({ concurrency: LOOKS });
  #wasListed = false;

  constructor(engine: Engine, endings: Endings, history: History<ContainerChange | EngineChange>) {
    this.#engine = engine;
    this.#endings = endings;
    this.#history = history;
  }

  get all(): WatchedContainer[] {
    return [...this.#seen.values()].map(({ id, name, image, state, health }) => ({ id, name, image, state, health }));
  }

  /** True once all there were are known. */
  get wasListed(): boolean {
    return this.#wasListed;
  }

  /** Resolves when all that is known is told. */
  async told(): Promise<void> {
    for (const { telling } of this.#seen.values()) await telling;
  }

  /** Takes a list of all; `touched`: those of which newer things are known. */
  compare(listed: ReadonlyMap<string, Listed>, touched: ReadonlySet<string>): void {
    for (const [id, seen] of this.#seen) if (!listed.has(id) && !touched.has(id)) this.#removed(seen);
    for (const [id, one] of listed) {
      if (touched.has(id)) continue;
      const now = seenOf(one);
      const seen = this.#seen.get(id) ?? this.#created({ ...now, state: this.#wasListed ? 'created' : now.state });
      this.#rename(seen, now.name);
      this.#move(seen, now.state);
      this.#health(seen, now.health);
    }
    this.#wasListed = true;
  }

  apply({ action, id, attributes, nanoseconds }: EngineEvent): void {
    const at = new Date(Number(nanoseconds / 1_000_000n)).toISOString();
    const { name = '', image = '', exitCode } = attributes;
    const [verb = '', detail] = action.split(': ');
    if (verb === 'create' && !this.#seen.has(id))
      this.#created({ id, name, image, state: 'created', owner: ownerOf(attributes), run: newRun() }, at);
    const seen = this.#seen.get(id);
    if (!seen) return;
    if (verb === 'oom') seen.run.lackedMemory = true;
    const state = STATES[verb];
    if (state !== undefined) this.#move(seen, state, at, exitCode === undefined ? undefined : Number(exitCode));
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
    const ending = this.#endings.take(seen.id) ?? seen.ending;
    this.#tell(seen, { type: 'removed', ...ending }, at);
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

  #move(seen: Seen, state: string, at = now(), exitCode?: number): void {
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
    seen.ending = undefined;
    seen.run = newRun();
    this.#tell(seen, { type: 'started' }, at);
  }

  /** What it ended of is looked into beside what happens to others, and told before what happens to it next. */
  #ended(seen: Seen, at: string, told: number | undefined): void {
    const { id, name, image, owner, run, telling } = seen;
    const asked = this.#endings.take(id);
    seen.ending = asked;
    const isTold = Promise.all([this.#look(id, run, asked !== undefined, told), telling]).then(([end]) => {
      const type = asked ? 'stopped' : 'died';
      const more = asked ?? (owner === undefined ? {} : { owner });
      this.#history.add({ type, ...end, ...more, at, id, name, image });
      if (seen.telling === isTold) seen.telling = undefined;
    });
    seen.telling = isTold;
  }

  /** How one ended, and of one whose end nobody asked for, what may say why. */
  async #look(id: string, run: Run, wasAsked: boolean, told: number | undefined): Promise<Partial<ContainerChange>> {
    let found = await this.#looks.add(() => this.#lookAt(id));
    if (!wasAsked && told === KILLED && !run.lackedMemory && found?.oomKilled === false) {
      await pause(OOM_MS, NEVER);
      found = (await this.#looks.add(() => this.#lookAt(id))) ?? found;
    }
    const exitCode = told ?? found?.exitCode ?? null;
    const oomKilled = run.lackedMemory || found?.oomKilled === true;
    if (wasAsked) return { exitCode, oomKilled };
    const { hasTerminal } = found ?? {};
    if (hasTerminal === undefined) return { exitCode, oomKilled, log: [] };
    const log = await this.#looks.add(() => lastLines(this.#engine, id, hasTerminal).catch(() => []));
    return { exitCode, oomKilled, log };
  }

  /** Without an answer, what is known is told: of one that is gone, or of an engine that ends with its containers. */
  #lookAt(id: string): Promise<Look | undefined> {
    return this.#engine.lookAt(id).catch(() => undefined);
  }

  #tell(seen: Seen, change: Change, at: string): void {
    const { id, name, image } = seen;
    const add = (): void => this.#history.add({ ...change, at, id, name, image });
    if (seen.telling) seen.telling = seen.telling.then(add);
    else add();
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
  return { id, name: nameOf(listed), image, state, health, owner: ownerOf(Labels), run: newRun() };
}

function newRun(): Run {
  return { lackedMemory: false };
}

function now(): string {
  return new Date().toISOString();
}
