import type { Exit } from '../launch/errand.ts';
import type { Child } from '../launch/spawn.ts';
import type { Output } from '../output/output.ts';
import { pump } from '../output/pump.ts';
import type { Census } from '../tree/census.ts';
import { Tree } from '../tree/tree.ts';
import { Signalled } from './signalled.ts';

/** One program of a run that was started: one that is started again has another. */
export class Attempt {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  /** Nothing more comes of what it prints. */
  readonly printed: Promise<unknown>;
  /** Where in the output that begins. */
  readonly from: number;
  readonly tree: Tree;
  /** Before it was started, by the clock of `performance`. */
  readonly since: number;
  readonly #signalled = new Signalled();

  constructor(id: string, child: Child, output: Output, census: Census, since: number) {
    const { pid, exited, stdout, stderr } = child;
    this.pid = pid;
    this.exited = exited;
    this.from = output.to;
    this.since = since;
    this.tree = new Tree(census, { groups: [pid], marked: (run) => run === id });
    this.printed = Promise.allSettled([pump(stdout, exited, output, 'stdout'), pump(stderr, exited, output, 'stderr')]);
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

  /** It ended like this because of a signal that was sent. */
  wasSignalled(exit: Exit): boolean {
    return this.#signalled.explains(exit);
  }
}
