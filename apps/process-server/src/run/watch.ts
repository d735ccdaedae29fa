import type { Census } from '../tree/census.ts';
import type { Process } from '../tree/processes.ts';
import { figuresOf, ownBytesOf, threadsOf, threadsOfAll } from '../tree/figures.ts';
import type { Run } from './run.ts';

/** Milliseconds between two looks at what runs use. */
const LOOK_MS = 500;

/** The same between two glances at how many threads the machine has: processes can double in no time. */
const GLANCE_MS = 20;

/** Looks at what runs with limits use, all of them at once, and ends those that use more. */
export class Watch {
  readonly #census: Census;
  readonly #runs = new Set<Run>();
  #timer: NodeJS.Timeout | undefined;
  #lookedAt = -Infinity;
  /** Threads of the machine before the last look, and how many more there may be before one of the runs has too many. */
  #threads = 0;
  #slack = 0;
  /** Milliseconds after the last look in which no glance leads to another. */
  #restMs = 0;

  constructor(census: Census) {
    this.#census = census;
  }

  /** From now on, until nothing of it is left. */
  add(run: Run): void {
    const { timeMs, outputBytes, memoryBytes, processes } = run.facts.limits ?? {};
    if (timeMs !== undefined) watchTime(run, timeMs);
    if (outputBytes !== undefined) void watchOutput(run, outputBytes);
    if (memoryBytes === undefined && processes === undefined) return;
    this.#runs.add(run);
    this.#lookedAt = -Infinity;
    this.#restMs = 0;
    this.#plan();
  }

  /** Sooner than planned, where there is a new reason for hurry. */
  #plan(): void {
    clearTimeout(this.#timer);
    if (this.#runs.size === 0) return;
    const isHurried = this.#runs.values().some(({ facts }) => facts.limits?.processes !== undefined);
    this.#timer = setTimeout(() => void this.#glance(), isHurried ? GLANCE_MS : LOOK_MS).unref();
  }

  /** Where others than the runs start threads all the time, glances lead to ever fewer looks, until a time of peace. */
  async #glance(): Promise<void> {
    const passedMs = performance.now() - this.#lookedAt;
    const isMore = (threadsOfAll() ?? 0) - this.#threads > this.#slack;
    if (passedMs >= LOOK_MS || (isMore && passedMs >= this.#restMs)) {
      this.#restMs = isMore ? Math.min(Math.max(this.#restMs * 2, GLANCE_MS), LOOK_MS) : 0;
      await this.#look();
    }
    this.#plan();
  }

  async #look(): Promise<void> {
    this.#lookedAt = performance.now();
    this.#threads = threadsOfAll() ?? 0;
    this.#slack = Infinity;
    // Where the system does not let us look, for want of a descriptor: the next time, then.
    const processes = await this.#census.look().catch(() => undefined);
    for (const run of processes ? this.#runs : []) this.#judge(run, run.membersOf(processes ?? []));
  }

  #judge(run: Run, members: readonly Process[]): void {
    const { memoryBytes = Infinity, processes = Infinity } = run.facts.limits ?? {};
    const threads = threadsOf(members);
    this.#slack = Math.min(this.#slack, processes - threads);
    if (threads > processes) run.exceed('processes', members);
    else if (isAbove(members, memoryBytes)) run.exceed('memory', members);
    else if (run.running || members.length > 0) return;
    this.#runs.delete(run);
  }
}

/** What each process has for itself is looked for only where all that they hold would be too much. */
function isAbove(members: readonly Process[], memoryBytes: number): boolean {
  return (figuresOf(members).memoryBytes ?? 0) > memoryBytes && ownBytesOf(members) > memoryBytes;
}

function watchTime(run: Run, timeMs: number): void {
  const timer = setTimeout(() => void run.end('time'), timeMs).unref();
  void run.exited.then(() => clearTimeout(timer));
}

async function watchOutput(run: Run, outputBytes: number): Promise<void> {
  const { output } = run;
  while (!output.isClosed && output.to <= outputBytes) await output.changed();
  if (output.to <= outputBytes) return;
  // It prints nothing more while its processes are looked for; the end lets it go on.
  if (run.running && run.pid !== null && !run.isEnding) run.signal('SIGSTOP');
  await run.end('output');
}
