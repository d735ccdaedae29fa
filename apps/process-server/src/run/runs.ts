import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProtocolError } from '@sextant/protocol/errors';
import { Census } from '../tree/census.ts';
import { factsOf, type RunFacts } from './facts.ts';
import type { Logs } from '../output/logs.ts';
import { MARKER } from '../tree/processes.ts';
import type { Order } from '../launch/program.ts';
import { reasonOf } from '../launch/reasons.ts';
import { LINGER_MS, Run } from './run.ts';
import { Spawner, type AttachedChild, type Child, type Task } from '../launch/spawn.ts';
import { mayHaveLeft } from '../tree/traces.ts';
import { Tree } from '../tree/tree.ts';

export interface RunSettings {
  /** Where programs run unless asked otherwise. */
  cwd: string;
  maxRuns: number;
}

/** A run that has begun, and its program. */
export interface Begun<C extends Child = Child> {
  run: Run;
  child: C;
}

type Spawn<C extends Child> = (task: Task) => Promise<C>;

/** Ended runs that are remembered: some hours of a busy day, in at most 40 MB. */
const HISTORY = 1000;

/** Milliseconds in which whoever waits for the end of a program is told, before what it left behind is looked for. */
const ANSWER_MS = 1;

/** Milliseconds that programs have to end when the service does: it is to be gone within two seconds. */
const CLOSING_GRACE_MS = 1000;

/** The programs that were asked for: those that run, and the last that ended. */
export class Runs {
  readonly #logs: Logs;
  readonly #settings: RunSettings;
  readonly #census = new Census();
  readonly #spawner = new Spawner(this.#census);
  readonly #starting = new Set<Promise<unknown>>();
  /** Those with something left to end: the program, or what it left behind unless that is detached. */
  readonly #living = new Set<Run>();
  readonly #ended: Run[] = [];
  #count = 0;
  #closing = false;

  constructor(logs: Logs, settings: RunSettings) {
    this.#logs = logs;
    this.#settings = settings;
  }

  /** Starts a program whose streams are the caller's; it ends with `until`. */
  attach(order: Order, owner: string, until: AbortSignal): Promise<Begun<AttachedChild>> {
    return this.#begin(order, owner, until, (task) => this.#spawner.attach(task));
  }

  /** Starts a program that prints into its log; it ends with `until`, or is detached where there is none. */
  start(order: Order, owner: string, until: AbortSignal | undefined): Promise<Begun> {
    return this.#begin(order, owner, until, (task) =>
      this.#logs.write(task.id, (file) => this.#spawner.log(task, file)),
    );
  }

  /** Newest first. */
  list(): Run[] {
    return [...this.#living, ...this.#ended].sort((a, b) => b.facts.number - a.facts.number);
  }

  /** Ends everything that runs, detached or not, and starts no more. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#spawner.rouse();
    await Promise.allSettled(this.#starting);
    await Promise.all([...[...this.#living].map((run) => run.end(CLOSING_GRACE_MS)), this.#endLeftBehind()]);
    await this.#spawner.close();
  }

  async #begin<C extends Child>(
    order: Order,
    owner: string,
    until: AbortSignal | undefined,
    spawn: Spawn<C>,
  ): Promise<Begun<C>> {
    this.#admit();
    const cwd = resolve(this.#settings.cwd, order.cwd ?? '');
    const facts = factsOf(order, { number: ++this.#count, cwd, owner, detached: until === undefined });
    const launch = this.#launch(order, facts, spawn);
    this.#starting.add(launch);
    try {
      const begun = await launch;
      if (until) endWith(begun.run, until);
      return begun;
    } catch (error) {
      this.#remember(Run.failed(facts, reasonOf(error)));
      throw error;
    } finally {
      this.#starting.delete(launch);
    }
  }

  #admit(): void {
    if (this.#closing) throw new ProtocolError('draining', 'This service is closing and starts nothing more.');
    const { maxRuns } = this.#settings;
    const running = [...this.#living].filter((run) => run.running).length;
    if (running + this.#starting.size < maxRuns) return;
    throw new ProtocolError(
      'busy',
      `${maxRuns} programs run, the most this service takes. Close one, or wait for one to end.`,
    );
  }

  async #launch<C extends Child>(order: Order, facts: RunFacts, spawn: Spawn<C>): Promise<Begun<C>> {
    const { id, cwd, detached } = facts;
    const since = performance.now();
    const child = await spawn({ id, order: { ...order, env: { ...order.env, [MARKER]: id } }, cwd, detached });
    const run = Run.started(facts, child, this.#census);
    this.#living.add(run);
    void this.#follow(run, since);
    return { run, child };
  }

  /** To the end of its program, and of what that left behind: a client's programs go when it goes. */
  async #follow(run: Run, since: number): Promise<void> {
    await run.exited;
    await sleep(ANSWER_MS, undefined, { ref: false });
    if (!run.facts.detached && mayHaveLeft(run, since)) {
      await sleep(LINGER_MS, undefined, { ref: false });
      await run.end();
    }
    this.#living.delete(run);
    if (!run.facts.detached) this.#spawner.forget(run.id);
    this.#remember(run);
  }

  #remember(run: Run): void {
    this.#ended.push(run);
    const forgotten = this.#ended.length > HISTORY ? this.#ended.shift() : undefined;
    if (!forgotten) return;
    void this.#logs.remove(forgotten.id);
    if (forgotten.facts.detached) this.#spawner.forget(forgotten.id);
  }

  /** What detached programs left behind is known by its marker alone: their process ids may be others' by now. */
  async #endLeftBehind(): Promise<void> {
    const detached = new Set(this.#ended.filter(({ facts }) => facts.detached).map(({ id }) => id));
    if (detached.size > 0) await new Tree(this.#census, { marked: (run) => detached.has(run) }).end(CLOSING_GRACE_MS);
  }
}

function endWith(run: Run, until: AbortSignal): void {
  const end = (): void => void run.end();
  until.addEventListener('abort', end, { once: true });
  if (until.aborted) end();
  void run.exited.then(() => until.removeEventListener('abort', end));
}
