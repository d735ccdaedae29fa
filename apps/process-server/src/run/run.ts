import type { Run as Description, RunDetails } from '@sextant/protocol/process-schemas';
import type { Census } from '../tree/census.ts';
import type { Exit } from '../launch/errand.ts';
import { Output } from '../output/output.ts';
import { pump } from '../output/pump.ts';
import type { RunFacts } from './facts.ts';
import type { Child } from '../launch/spawn.ts';
import { RunInput } from './input.ts';
import { Tree } from '../tree/tree.ts';

/** Milliseconds a program has to end after TERM, before KILL. */
const GRACE_MS = 5000;

/** One that was started. */
export type Started = Run & { readonly pid: number };

/** One program that was asked for, from its start to its end and as history. */
export class Run {
  readonly facts: RunFacts;
  readonly output: Output;
  /** Undefined for one that reads nothing. */
  readonly input: RunInput | undefined;
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

  private constructor(facts: RunFacts, output: Output, child?: Child, tree?: Tree, reason?: string) {
    this.facts = facts;
    this.output = output;
    // Not the child itself: its streams would stay as long as this is remembered.
    this.pid = child?.pid ?? null;
    this.#tree = tree;
    this.#reason = reason;
    this.input = child && facts.stdin ? new RunInput(child.stdin) : undefined;
    this.exited = child ? child.exited.then((exit) => this.#ends(exit)) : Promise.resolve(this.#ends(this.#exit));
  }

  static started(facts: RunFacts, output: Output, child: Child, census: Census): Started {
    const tree = new Tree(census, { groups: [child.pid], marked: (run) => run === facts.id });
    const run = new Run(facts, output, child, tree);
    void takeIn(output, child);
    return run as Started;
  }

  /** One that could not be started, for the system's reason. */
  static failed(facts: RunFacts, reason: string): Run {
    const output = new Output();
    void output.close();
    return new Run(facts, output, undefined, undefined, reason);
  }

  get id(): string {
    return this.facts.id;
  }

  get running(): boolean {
    return this.#endedAt === undefined;
  }

  /** Ends the program and everything it started. */
  async end(graceMs = GRACE_MS): Promise<void> {
    this.output.hurry();
    const gone = await this.#tree?.end(graceMs);
    if (gone) await this.exited;
  }

  /** Sends a signal to the program and what it started in its group. */
  signal(name: NodeJS.Signals): void {
    if (this.pid === null || !this.running) return;
    try {
      process.kill(-this.pid, name);
    } catch {
      // Gone meanwhile, which it says itself.
    }
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
    const output = this.output.facts;
    return { ...this.describe(), program: brief(program), args, cwd: brief(cwd), owner, detached, output, ...reason };
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

/** What it prints, until nothing more comes. */
async function takeIn(output: Output, { stdout, stderr, exited }: Child): Promise<void> {
  await Promise.allSettled([pump(stdout, exited, output, 'stdout'), pump(stderr, exited, output, 'stderr')]);
  await output.close();
}

/** Characters of a path that are told: a list of runs must fit its line whatever their paths are. */
const PATH = 1024;

function brief(path: string): string {
  return path.length > PATH ? `${path.slice(0, PATH)}...` : path;
}
