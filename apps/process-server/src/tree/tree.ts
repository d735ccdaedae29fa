import type { Census } from './census.ts';
import type { Process } from './processes.ts';

/** Milliseconds after KILL in which the system makes an end; what is still there then is not ours to end. */
const LAST_MS = 1000;

/** Looks without a find after which a tree is gone: one that forks while it is looked at can slip through one. */
const QUIET_LOOKS = 2;

/** Where a tree begins: the process groups of programs, and whatever carries the marker of their runs. */
export interface Roots {
  groups?: readonly number[];
  marked: (run: string) => boolean;
}

/**
 * Programs and everything they started, also what left its group or lost its parent. What was seen of it once is known
 * from then on: as its parents end, nothing else may show where it belongs.
 */
export class Tree {
  readonly #census: Census;
  readonly #groups: Set<number>;
  readonly #marked: (run: string) => boolean;
  /** Those of the groups in which somebody was seen. */
  readonly #inhabited = new Set<number>();
  #isOver = false;
  /** When those that the last look found were born, by their process ids. */
  #seen = new Map<number, string>();
  /** Those found since the last end began. */
  readonly #met = new Set<string>();
  /** Who was told to end: process ids, and groups below 0. */
  readonly #told = new Set<number>();
  #killAt = Infinity;
  #ending: Promise<boolean> | undefined;

  constructor(census: Census, roots: Roots) {
    this.#census = census;
    this.#groups = new Set(roots.groups);
    this.#marked = roots.marked;
  }

  /** Its programs have ended: once nobody is left in their groups, the numbers of those may be given to others. */
  over(): void {
    this.#isOver = true;
  }

  /** Those of it among the processes that a look has found. */
  membersOf(processes: readonly Process[]): Process[] {
    const members = withDescendants(processes, (process) => this.#isRoot(process));
    this.#seen = new Map(members.flatMap(({ pid, start }) => (start === undefined ? [] : [[pid, start]])));
    if (this.#ending) for (const { pid, start } of members) this.#met.add(`${pid} ${start}`);
    this.#noteGroups(new Set(members.map(({ group }) => group)));
    return members;
  }

  /** Kills those at once, and what is forked of them just now. */
  kill(members: readonly Process[]): void {
    const targets = new Set(members.map(({ pid, group }) => (group > 1 ? -group : pid)));
    for (const group of this.#inhabited) targets.add(-group);
    for (const target of targets) signal(target, 'SIGKILL');
  }

  /**
   * Ends it all: TERM, and KILL after `graceMs`, at once where that is 0; of several asks the earliest KILL counts. False
   * if something is left that the system does not let us end.
   */
  end(graceMs: number): Promise<boolean> {
    this.#killAt = Math.min(this.#killAt, performance.now() + graceMs);
    this.#ending ??= this.#endAll().finally(() => {
      this.#ending = undefined;
      this.#killAt = Infinity;
    });
    return this.#ending;
  }

  /** How many different processes were found since its end began; undefined where they cannot be told apart. */
  get met(): number | undefined {
    return process.platform === 'linux' ? this.#met.size : undefined;
  }

  /** Process ids of all that lives of it, as far as that can be seen. */
  async members(): Promise<number[]> {
    return (await this.#look())?.map(({ pid }) => pid) ?? [];
  }

  async #endAll(): Promise<boolean> {
    this.#met.clear();
    for (let looks = 0, quiet = 0; quiet < QUIET_LOOKS; looks += 1) {
      const members = await this.#look();
      const none = members?.length === 0;
      if (!none && performance.now() > this.#killAt + LAST_MS) return false;
      // Nobody is told before the first look: parents that end take with them what shows whose their children are.
      if (performance.now() >= this.#killAt) this.kill(members ?? []);
      else this.#tell(members ?? [], looks === 0);
      quiet = none ? quiet + 1 : 0;
    }
    return true;
  }

  /** Nothing where the system does not let us look, for want of a descriptor: the next time, then. */
  async #look(): Promise<Process[] | undefined> {
    const processes = await this.#census.look().catch(() => undefined);
    return processes && this.membersOf(processes);
  }

  #isRoot({ pid, group, run, start }: Process): boolean {
    if (this.#groups.has(group) || (run !== undefined && this.#marked(run))) return true;
    return start !== undefined && this.#seen.get(pid) === start;
  }

  #noteGroups(found: ReadonlySet<number>): void {
    for (const group of this.#groups) {
      if (found.has(group)) this.#inhabited.add(group);
      else if (this.#isOver) {
        this.#groups.delete(group);
        this.#inhabited.delete(group);
      }
    }
  }

  /**
   * TERM for the groups as such, which leaves out nothing that is forked just now, and for those who left them; once for
   * each, as a second one may be taken for impatience. What appears later below a living member is its way of ending
   * well and is left to it.
   */
  #tell(members: readonly Process[], first: boolean): void {
    const living = new Set(members.map(({ pid }) => pid));
    for (const { pid, parent, group } of members) {
      const isApart = !this.#groups.has(group);
      const target = isApart ? pid : -group;
      if (this.#told.has(target) || (isApart && !first && living.has(parent))) continue;
      this.#told.add(target);
      terminate(target);
    }
  }
}

function withDescendants(processes: readonly Process[], isRoot: (process: Process) => boolean): Process[] {
  const families = childrenIn(processes);
  const members = new Set(processes.filter(isRoot));
  // Going through a set comes to what is added meanwhile.
  for (const { pid } of members) for (const child of families.get(pid) ?? []) members.add(child);
  return [...members];
}

/** Of the last looks, who is whose child: many trees may be looked for in one. */
const children = new WeakMap<readonly Process[], Map<number, Process[]>>();

function childrenIn(processes: readonly Process[]): Map<number, Process[]> {
  const known = children.get(processes) ?? Map.groupBy(processes, ({ parent }) => parent);
  children.set(processes, known);
  return known;
}

function terminate(target: number): void {
  signal(target, 'SIGTERM');
  // One that is stopped hears nothing else.
  signal(target, 'SIGCONT');
}

/** To a process, or below 0 to a group; to 0, 1 and -1 never: those are everybody's. */
function signal(target: number, name: NodeJS.Signals): void {
  if (!(Math.abs(target) > 1)) return;
  try {
    process.kill(target, name);
  } catch {
    // Gone meanwhile, or another user's: the next look tells.
  }
}
