import type { Exit } from '../launch/errand.ts';
import type { Child } from '../launch/spawn.ts';
import type { Output } from '../output/output.ts';
import type { Channel } from '../output/piece.ts';
import { pump } from '../output/pump.ts';
import type { Census } from '../tree/census.ts';
import type { OomKills } from '../tree/oom.ts';
import { Tree } from '../tree/tree.ts';
import { Signalled } from './signalled.ts';

/** What the system tells of processes. */
export interface System {
  readonly census: Census;
  readonly oomKills: OomKills;
}

/** What an attempt needs of its run. */
interface Whose {
  readonly id: string;
  readonly output: Output;
  /** It is not the last one, perhaps: the output goes on. */
  readonly restarts: object | undefined;
}

/** One program of a run that was started: one that is started again has another. */
export class Attempt {
  readonly pid: number;
  /** When, in ticks of the machine, where it may outlive the service. */
  readonly born: string | undefined;
  readonly exited: Promise<Exit>;
  /** Nothing more comes of what it prints. */
  readonly printed: Promise<unknown>;
  /** Where in the output that begins. */
  readonly from: number;
  readonly tree: Tree;
  /** Before it was started, by the clock of `performance`. */
  readonly since: number;
  readonly #signalled = new Signalled();
  readonly #system: System;
  /** Before it was started, or about then. */
  readonly #oomKills: number | undefined;

  constructor(
    { id, output, restarts }: Whose,
    { pid, born, exited, stdout, stderr }: Child,
    system: System,
    since: number,
  ) {
    this.#system = system;
    this.#oomKills = system.oomKills.recent();
    this.pid = pid;
    this.born = born;
    this.exited = exited;
    this.from = output.to;
    this.since = since;
    this.tree = new Tree(system.census, { groups: [pid], marked: (run) => run === id });
    void exited.then(() => this.tree.over());
    const ended = (channel: Channel): void => (restarts ? undefined : output.end(channel));
    this.printed = Promise.allSettled([
      pump(stdout, exited, output, 'stdout').finally(() => ended('stdout')),
      pump(stderr, exited, output, 'stderr').finally(() => ended('stderr')),
    ]);
  }

  /** Sends a signal to the program and what it started in its group. */
  signal(name: NodeJS.Signals): void {
    this.#signalled.add(name);
    try {
      process.kill(-this.pid, name);
    } catch {
      // Gone meanwhile, which it says itself.
    }
  }

  /** It was killed, perhaps by nobody here: by the system, where that has killed somebody for want of memory meanwhile. */
  wasOomKilled({ signal }: Exit): boolean {
    if (signal !== 'SIGKILL') return false;
    const now = this.#system.oomKills.now();
    return now !== undefined && this.#oomKills !== undefined && now > this.#oomKills;
  }

  /** It ended like this because of a signal that was sent. */
  wasSignalled(exit: Exit): boolean {
    return this.#signalled.explains(exit);
  }
}
