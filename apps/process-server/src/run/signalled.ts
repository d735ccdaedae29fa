import { constants } from 'node:os';
import type { Exit } from '../launch/errand.ts';

/** Signals that ask a program to end. */
const ASKING: ReadonlySet<NodeJS.Signals> = new Set(['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM']);

/** Milliseconds in which a program ends that was asked to. */
const GRACE_MS = 5000;

/** What a shell adds to a signal's number for its exit code. */
const SHELL = 128;

/** The signals that were sent to a program. */
export class Signalled {
  readonly #sent = new Set<NodeJS.Signals>();
  #askedAt = -Infinity;

  add(name: NodeJS.Signals): void {
    this.#sent.add(name);
    if (ASKING.has(name)) this.#askedAt = performance.now();
  }

  /** True where one of them was the end of the program, or it ended soon after it was asked to. */
  explains({ exitCode, signal }: Exit): boolean {
    const isOne = this.#sent
      .values()
      .some((name) => name === signal || (exitCode !== null && exitCode === SHELL + constants.signals[name]));
    return isOne || performance.now() - this.#askedAt < GRACE_MS;
  }
}
