import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProtocolError } from '@sextant/protocol/errors';
import { Census } from '../tree/census.ts';
import { OomKills } from '../tree/oom.ts';
import { factsOf, type RunFacts } from './facts.ts';
import { LINGER_MS } from '../output/silence.ts';
import type { Store } from '../output/store.ts';
import { MARKER, type Process } from '../tree/processes.ts';
import type { Order } from '../launch/program.ts';
import { reasonOf } from '../launch/reasons.ts';
import { Run, type Started } from './run.ts';
import { Spawner } from '../launch/spawn.ts';
import { mayHaveLeft } from '../tree/traces.ts';
import { Tree } from '../tree/tree.ts';
import { Watch } from './watch.ts';

export interface RunSettings {
  /** Where programs run unless asked otherwise. */
  cwd: string;
  maxRuns: number;
}

/** Who wants a program, and how it is to run. */
export interface Wish {
  readonly order: Order;
  readonly owner: string;
  /** It ends with this; it is detached where there is none. */
  readonly until: AbortSignal | undefined;
  /** Its input is open. */
  readonly stdin: boolean;
  /** How its output is kept on disk; in memory until it has ended, where that is not said. */
  readonly keep?: { readonly bytes: number; readonly wait: boolean };
}

/** Ended runs that are remembered: some hours of a busy day, in at most 40 MB. */
const HISTORY = 1000;

/** Milliseconds in which whoever waits for the end of a program is told, before what it left behind is looked for. */
const ANSWER_MS = 1;

/** Milliseconds that programs have to end when the service does: it is to be gone within two seconds. */
const CLOSING_GRACE_MS = 1000;

/** The programs that were asked for: those that run, and the last that ended. */
export class Runs {
  readonly #store: Store;
  readonly #settings: RunSettings;
  readonly #census = new Census();
  readonly #system = { census: this.#census, oomKills: new OomKills() };
  readonly #watch = new Watch(this.#census);
  readonly #spawner = new Spawner(this.#census);
  readonly #starting = new Set<Promise<unknown>>();
  /** Those with something left to end: the program, or what it left behind unless that is detached. */
  readonly #living = new Set<Run>();
  readonly #ended: Run[] = [];
  #count = 0;
  #closing = false;

  constructor(store: Store, settings: RunSettings) {
    this.#store = store;
    this.#settings = settings;
  }

  /**
   * Starts a program.
   * @throws ProtocolError that says why it could not be.
   */
  async begin(wish: Wish): Promise<Started> {
    this.#admit();
    const { order, owner, until } = wish;
    const stdin = wish.stdin || order.tty;
    const cwd = resolve(this.#settings.cwd, order.cwd ?? '');
    const facts = factsOf(order, { number: ++this.#count, cwd, owner, detached: until === undefined, stdin });
    const launch = this.#launch(wish, facts);
    this.#starting.add(launch);
    try {
      const run = await launch;
      if (until) endWith(run, until);
      return run;
    } catch (error) {
      this.#remember(Run.failed(facts, reasonOf(error)));
      throw error;
    } finally {
      this.#starting.delete(launch);
    }
  }

  /** Newest first. */
  list(): Run[] {
    return [...this.#living, ...this.#ended].sort((a, b) => b.facts.number - a.facts.number);
  }

  /** The processes of this machine, from which programs that run tell what they use. */
  look(): Promise<readonly Process[]> {
    return this.#census.look();
  }

  /** Ends everything that runs, detached or not, and starts no more. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#spawner.rouse();
    await Promise.allSettled(this.#starting);
    await Promise.all([...[...this.#living].map((run) => run.end('service', CLOSING_GRACE_MS)), this.#endLeftBehind()]);
    await this.#spawner.close();
    await this.#store.close();
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

  async #launch({ order, keep }: Wish, facts: RunFacts): Promise<Started> {
    const { id, cwd, detached, stdin } = facts;
    const since = performance.now();
    const output = keep ? await this.#store.create(id, keep.bytes, keep.wait) : this.#store.begin(id);
    try {
      const task = { id, order: { ...order, env: { ...order.env, [MARKER]: id } }, cwd, detached, stdin };
      const run = Run.started(facts, output, await this.#spawner.start(task), this.#system);
      this.#living.add(run);
      if (facts.limits) this.#watch.add(run);
      void this.#follow(run, since);
      return run;
    } catch (error) {
      await output.remove();
      throw error;
    }
  }

  /** To the end of its program, and of what that left behind: a client's programs go when it goes. */
  async #follow(run: Run, since: number): Promise<void> {
    await run.exited;
    await sleep(ANSWER_MS, undefined, { ref: false });
    if (!run.facts.detached && mayHaveLeft(run, since)) {
      await sleep(LINGER_MS, undefined, { ref: false });
      await run.end('connection');
    }
    this.#living.delete(run);
    if (!run.facts.detached) this.#spawner.forget(run.id);
    this.#remember(run);
  }

  #remember(run: Run): void {
    this.#ended.push(run);
    const forgotten = this.#ended.length > HISTORY ? this.#ended.shift() : undefined;
    if (!forgotten) return;
    void forgotten.output.remove();
    if (forgotten.facts.detached) this.#spawner.forget(forgotten.id);
  }

  /** What detached programs left behind is known by its marker alone: their process ids may be others' by now. */
  async #endLeftBehind(): Promise<void> {
    const detached = new Set(this.#ended.filter(({ facts }) => facts.detached).map(({ id }) => id));
    if (detached.size > 0) await new Tree(this.#census, { marked: (run) => detached.has(run) }).end(CLOSING_GRACE_MS);
  }
}

function endWith(run: Run, until: AbortSignal): void {
  const end = (): void => void run.end('connection');
  until.addEventListener('abort', end, { once: true });
  if (until.aborted) end();
  void run.exited.then(() => until.removeEventListener('abort', end));
}
