import type { Interruption } from '../attached/interruption.ts';
import { say } from '../output.ts';

/** Sends a signal to the program; false if we may not. */
export type Send = (signal: NodeJS.Signals) => Promise<boolean>;

/** Signals that ask for an end. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGHUP'] as const;
const OTHERS = ['SIGUSR1', 'SIGUSR2'] as const;

/** Milliseconds within which a second Ctrl-C means that the program is to end in any case. */
const AGAIN_MS = 2000;
/** The same of a third one, though the program printed something in between. */
const INSISTING_MS = 5000;
/** Milliseconds that the program has to stop before this command does. */
const STOPPING_MS = 1000;

/** The signals that this command gets, as the program gets them. */
export class Signals {
  readonly #send: Send;
  #asked: number[] = [];
  #answeredAt = -Infinity;

  constructor(send: Send) {
    this.#send = send;
  }

  /** The program has printed something. */
  answered(): void {
    this.#answeredAt = performance.now();
  }

  /** Passes them on from now on. */
  listen(interruption: Interruption): void {
    for (const signal of ENDING) process.on(signal, () => void this.#end(signal, interruption));
    for (const signal of OTHERS) process.on(signal, () => void this.#send(signal));
    process.once('SIGTSTP', () => void this.#stop());
  }

  async #end(signal: NodeJS.Signals, interruption: Interruption): Promise<void> {
    if (interruption.code !== undefined) return interruption.end(signal);
    if (signal === 'SIGINT' && this.#isInsisted()) {
      say('It is told to end, and is killed in 5 s unless it does.');
      return interruption.end(signal);
    }
    if (!(await this.#send(signal)) && interruption.code === undefined) interruption.end(signal);
  }

  #isInsisted(): boolean {
    const now = performance.now();
    const last = this.#asked.at(-1) ?? -Infinity;
    this.#asked = [...this.#asked.filter((at) => now - at < INSISTING_MS), now];
    return this.#asked.length > 2 || (now - last < AGAIN_MS && this.#answeredAt < last);
  }

  /** Stops the program, then this command as any other; both go on together. */
  async #stop(): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, STOPPING_MS);
    await Promise.race([this.#send('SIGSTOP'), late]);
    clearTimeout(timer);
    // Nobody listens to it any more: here we stand until somebody lets us go on.
    process.kill(process.pid, 'SIGTSTP');
    process.once('SIGTSTP', () => void this.#stop());
    await this.#send('SIGCONT');
  }
}
