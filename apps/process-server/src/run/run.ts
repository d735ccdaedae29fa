import type { Run as Description, RunDetails } from '@sextant/protocol/process';
import type { Census } from '../tree/census.ts';
import type { Exit } from '../launch/errand.ts';
import type { RunFacts } from './facts.ts';
import type { Child } from '../launch/spawn.ts';
import { Tree } from '../tree/tree.ts';

/** Milliseconds a program has to end after TERM, before KILL. */
const GRACE_MS = 5000;

/** Milliseconds that what a program leaves behind has to finish by itself. */
export const LINGER_MS = 1000;

/** One program that was asked for, from its start to its end and as history. */
export class Run {
  readonly facts: RunFacts;
  /** `null` for one that could not be started. */
  readonly pid: number | null;
  readonly exited: Promise<Exit>;
  readonly #tree: Tree | undefined;
  readonly #reason: string | undefined;
  readonly #startedAt = new Date();
  readonly #clock = performance.now();
  #exit: Exit = { exitCode: null, signal: null };
  #endedAt: Date | undefined;
  #elapsedMs = 0;

  private constructor(facts: RunFacts, child?: Child, tree?: Tree, reason?: string) {
    this.facts = facts;
    // Not the child itself: its streams would stay as long as this is remembered.
    this.pid = child?.pid ?? null;
    this.#tree = tree;
    this.#reason = reason;
    this.exited = child ? child.exited.then((exit) => this.#ends(exit)) : Promise.resolve(this.#ends(this.#exit));
  }

  static started(facts: RunFacts, child: Child, census: Census): Run {
    return new Run(facts, child, new Tree(census, { groups: [child.pid], marked: (run) => run === facts.id }));
  }

  /** One that could not be started, for the system's reason. */
  static failed(facts: RunFacts, reason: string): Run {
    return new Run(facts, undefined, undefined, reason);
  }

  get id(): string {
    return this.facts.id;
  }

  get running(): boolean {
    return this.#endedAt === undefined;
  }

  /** Ends the program and everything it started. */
  async end(graceMs = GRACE_MS): Promise<void> {
    const gone = await this.#tree?.end(graceMs);
    if (gone) await this.exited;
  }

  describe(): Description {
    return {
      id: this.id,
      name: this.facts.name,
      pid: this.pid,
      state: this.#state(),
      startedAt: this.#startedAt.toISOString(),
      endedAt: this.#endedAt?.toISOString() ?? null,
      elapsedMs: this.running ? this.#sinceStart() : this.#elapsedMs,
      ...this.#exit,
    };
  }

  details(): RunDetails {
    const { program, args, cwd, owner, detached } = this.facts;
    const reason = this.#reason === undefined ? {} : { reason: this.#reason };
    return { ...this.describe(), program: brief(program), args, cwd: brief(cwd), owner, detached, ...reason };
  }

  #state(): Description['state'] {
    if (this.pid === null) return 'failed';
    if (this.running) return 'running';
    return this.#exit.signal === null ? 'exited' : 'killed';
  }

  #ends(exit: Exit): Exit {
    this.#exit = exit;
    this.#endedAt = new Date();
    this.#elapsedMs = this.#sinceStart();
    return exit;
  }

  #sinceStart(): number {
    return Math.round(performance.now() - this.#clock);
  }
}

/** Characters of a path that are told: a list of runs must fit its line whatever their paths are. */
const PATH = 1024;

function brief(path: string): string {
  return path.length > PATH ? `${path.slice(0, PATH)}...` : path;
}
