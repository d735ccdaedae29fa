import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProtocolError } from '@sextant/protocol/errors';
import type { QueueWish, RestartPolicy, RunChange } from '@sextant/protocol/process-schemas';
import { History } from '@sextant/service/history';
import type { Log } from '@sextant/service/observe/log';
import { confine } from '../launch/confine.ts';
import type { Isolation } from '../launch/isolation.ts';
import { codeOf, failureOf } from '../launch/reasons.ts';
import type { Entry } from '../life/entry.ts';
import { Journal } from '../life/journal.ts';
import { recall } from '../life/recall.ts';
import type { Policy } from '../policy/policy.ts';
import type { Rule } from '../policy/rules.ts';
import { Census } from '../tree/census.ts';
import { Attempt } from './attempt.ts';
import { follow } from './course.ts';
import { factsOf, type RunFacts } from './facts.ts';
import { Output } from '../output/output.ts';
import { LINGER_MS } from '../output/silence.ts';
import type { Store } from '../output/store.ts';
import type { Process } from '../tree/processes.ts';
import type { Order } from '../launch/program.ts';
import { Places } from './queue.ts';
import { GRACE_MS, Run } from './run.ts';
import { Trail } from './trail.ts';
import { Spawner } from '../launch/spawn.ts';
import { mayHaveLeft } from '../tree/traces.ts';
import { OomKills } from '../tree/oom.ts';
import { Tree } from '../tree/tree.ts';
import { Watch } from './watch.ts';

export interface RunSettings {
  /** Where programs run unless asked otherwise. */
  cwd: string;
  maxRuns: number;
  isolation: Isolation;
  policy: Policy;
  /** The file that tells the next life of the service of this one. */
  journal: string;
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
  /** It waits there for its turn. */
  readonly queue?: QueueWish | undefined;
  readonly restart?: RestartPolicy | undefined;
  readonly ttlMs?: number | undefined;
}

/** A wish with the rules of who had it, of which one must allow it. */
type Granted = Wish & { readonly rules: readonly Rule[] | undefined };

/** Ended runs that are remembered: some hours of a busy day, in at most 40 MB. */
const HISTORY = 1000;

/** Milliseconds in which whoever waits for the end of a program is told, before what it left behind is looked for. */
const ANSWER_MS = 1;

/** Milliseconds that programs have to end when the service does: it is to be gone within two seconds. */
const CLOSING_GRACE_MS = 1000;

/** The programs that were asked for: those that run or wait for it, and the last that ended. */
export class Runs {
  /** What happens to them. */
  readonly changes = new History<RunChange>();
  readonly trail = new Trail();
  readonly #store: Store;
  readonly #settings: RunSettings;
  readonly #census = new Census();
  readonly #system = { census: this.#census, oomKills: new OomKills() };
  readonly #watch = new Watch(this.#census);
  readonly #spawner: Spawner;
  readonly #places: Places;
  readonly #log: Log;
  /** Those with something left to end: the program, or what it left behind unless that is detached. */
  readonly #living = new Map<Run, Granted>();
  readonly #ended: Run[];
  readonly #journal: Journal;
  #count: number;
  /** Runs up to this number are of earlier lives of the service. */
  readonly #earlier: number;
  #closing = false;

  private constructor(store: Store, settings: RunSettings, log: Log, past: readonly Run[]) {
    const { maxRuns, isolation, policy, journal } = settings;
    this.#store = store;
    this.#settings = settings;
    this.#log = log;
    this.#places = new Places(maxRuns);
    this.#ended = [...past];
    this.#count = past.at(-1)?.facts.number ?? 0;
    this.#earlier = this.#count;
    this.#journal = new Journal(journal, log, () => [...this.#ended, ...this.#living.keys()].map((run) => run.entry()));
    this.#spawner = new Spawner(this.#census, { isolation, environment: policy.environment }, log);
  }

  /** With what is known of earlier lives of the service; nothing of them runs after that. */
  static async open(store: Store, settings: RunSettings, log: Log): Promise<Runs> {
    const entries = (await recall(settings.journal, log)).slice(-HISTORY);
    const past: Run[] = [];
    // One after the other: the oldest output is to be the first that goes, and files are few.
    for (const entry of entries) past.push(Run.past(entry, await reopen(store, entry, log)));
    void store.sweep();
    return new Runs(store, settings, log, past);
  }

  /**
   * Asks for a program: it begins at once, or when its queue lets it.
   * @throws ProtocolError `busy` or `draining`, or `forbidden` to whom no rule is for; what else keeps it from being started,
   * its `begun` does.
   */
  ask(wish: Wish): Run {
    if (this.#closing) throw new ProtocolError('draining', 'This service is closing and starts nothing more.');
    const { order, owner, until, keep, queue } = wish;
    const stdin = wish.stdin || order.tty;
    const cwd = resolve(this.#settings.cwd, order.cwd ?? '');
    const facts = factsOf(order, { number: ++this.#count, cwd, owner, detached: until === undefined, stdin });
    const rules = this.#rulesFor(facts);
    const place = this.#places.take(owner, queue);
    // What is kept on disk is there once it is started.
    const output = keep ? new Output() : this.#store.begin(facts.id);
    const run = new Run(facts, output, { ...wish, place });
    const granted = { ...wish, rules };
    this.#living.set(run, granted);
    // One that ran has told its facts when it was started.
    void run.exited.then(() => this.#journal.write(run.isNew ? run.entry() : run.news()));
    void this.#live(run, granted);
    return run;
  }

  /**
   * Makes a run somebody else's, and has it live with something else or nothing.
   * @throws ProtocolError `conflict`, or `forbidden` where it may not go on by itself.
   */
  adopt(run: Run, owner: string, until: AbortSignal | undefined): void {
    const granted = this.#living.get(run);
    if (granted && !until && !run.isEnding) needsDetaching(run.facts, granted);
    run.adopt(owner, until);
    this.#tell('adopted', run);
  }

  /** Newest first. */
  list(): Run[] {
    return [...this.#living.keys().filter(({ isKnown }) => isKnown), ...this.#ended].sort(
      (a, b) => b.facts.number - a.facts.number,
    );
  }

  /** The processes of this machine, from which programs that run tell what they use. */
  look(): Promise<readonly Process[]> {
    return this.#census.look();
  }

  /** Ends everything that runs, detached or not, and starts no more. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#spawner.rouse();
    await Promise.all([
      ...[...this.#living.keys()].map((run) => run.end('service', CLOSING_GRACE_MS)),
      this.#endLeftBehind(),
    ]);
    await this.#spawner.close();
    await this.#store.close();
    this.#journal.close();
  }

  /** To its end, after which it is history, whatever else fails. */
  async #live(run: Run, wish: Granted): Promise<void> {
    await this.#follow(run, wish).catch((error: unknown) => {
      this.#log.error({ err: error, run: run.id }, 'the end of a program could not be followed');
    });
    this.#living.delete(run);
    this.#remember(run);
  }

  /** To the end of its program, and of what that left behind: a client's programs go when it goes. */
  async #follow(run: Run, wish: Granted): Promise<void> {
    const { detached } = run.facts;
    const last = await follow(run, {
      start: () => this.#start(run, wish),
      begun: () => {
        if (run.facts.limits) this.#watch.add(run);
      },
      tell: (type, log) => this.#tell(type, run, log),
    });
    await sleep(ANSWER_MS, undefined, { ref: false });
    if (last && !detached && mayHaveLeft({ id: run.id, pid: last.pid }, last.since)) {
      await sleep(LINGER_MS, undefined, { ref: false });
      await last.tree.end(GRACE_MS);
    }
    if (last && !detached) this.#spawner.forget(run.id);
  }

  async #start(run: Run, { order, keep, rules }: Granted): Promise<Attempt> {
    const { id, cwd, detached, stdin } = run.facts;
    const since = performance.now();
    const isFirst = run.isNew;
    try {
      if (isFirst && keep) run.output = await this.#store.create(id, keep.bytes, keep.wait);
      this.#journal.write({ starting: id });
      const child = await this.#spawner.start({ id, order, rules, cwd, detached, stdin });
      this.trail.started(run.facts, child);
      const { pid, file } = child;
      void child.exited.then((exit) => this.trail.ended(run.facts, { pid, file }, exit, performance.now() - since));
      run.input?.open(child.stdin, run.facts.tty ? child.resize : undefined);
      return new Attempt(run, child, this.#system, since);
    } catch (error) {
      this.trail.failed(run.facts, failureOf(error));
      if (isFirst) await run.output.remove();
      throw error;
    }
  }

  /** Those of its owner now, whoever has it when it is started. */
  #rulesFor(facts: RunFacts): readonly Rule[] | undefined {
    try {
      return this.#settings.policy.rulesFor(facts.owner);
    } catch (error) {
      this.trail.failed(facts, failureOf(error));
      throw error;
    }
  }

  #tell(type: RunChange['type'], run: Run, log?: string[]): void {
    const description = run.describe();
    const at = (type === 'ended' || type === 'failed' ? description.endedAt : null) ?? new Date().toISOString();
    if (run.running) this.#journal.write(run.entry());
    this.changes.add({ type, at, run: description, owner: run.facts.owner, ...(log && { log }) });
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
    const own = this.#ended.filter(({ facts }) => facts.number > this.#earlier);
    const detached = new Set(own.filter(({ facts }) => facts.detached).map(({ id }) => id));
    if (detached.size > 0) await new Tree(this.#census, { marked: (run) => detached.has(run) }).end(CLOSING_GRACE_MS);
  }
}

/** @throws ProtocolError `forbidden` where no rule that allows it lets it go on by itself. */
function needsDetaching({ cwd, detached }: RunFacts, { order, rules }: Granted): void {
  if (detached || !rules?.some((rule) => !rule.detached)) return;
  confine({ order, cwd, rules, detached: true })[Symbol.dispose]();
}

/** The output of a run of an earlier life, as far as it is there. */
async function reopen(store: Store, { facts: { id }, to = 0 }: Entry, log: Log): Promise<Output> {
  try {
    return (await store.reopen(id)) ?? Output.lost(to);
  } catch (error) {
    log.warn({ run: id, reason: codeOf(error) }, 'the output of an earlier life of the service cannot be read');
    return Output.lost(to);
  }
}
