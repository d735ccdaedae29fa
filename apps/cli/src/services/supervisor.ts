import { setTimeout as sleep } from 'node:timers/promises';
import { startChild, type Child, type Launch, type Listening } from './child.ts';

/** Milliseconds services have to end by themselves, so that all is over within two seconds. */
const INTERRUPT_MS = 1800;

/** Holds the processes of services and ends them all, whatever state each is in. */
export class Supervisor implements AsyncDisposable {
  readonly #children = new Set<Child>();
  #stopping = false;

  /**
   * Starts a service and waits until it listens.
   * @throws Error why it does not; ProtocolError `invalid_params` where it was told something wrong.
   */
  async start(launch: Launch): Promise<{ child: Child; listening: Listening[] }> {
    if (this.#stopping) throw new Error('everything is being stopped');
    const child = startChild(launch);
    this.#children.add(child);
    void child.ended.then(() => this.#children.delete(child));
    return { child, listening: await child.listening };
  }

  /** Resolves when no process is left: those that do not end in time are killed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true;
    const all = [...this.#children];
    // At SIGTERM services give what is unanswered its time, which is longer than a person waits.
    for (const child of all) child.kill('SIGINT');
    const ended = Promise.all(all.map((child) => child.ended));
    const timer = new AbortController();
    await Promise.race([ended, sleep(INTERRUPT_MS, undefined, { signal: timer.signal }).catch(() => {})]);
    timer.abort();
    this.kill();
    await ended;
  }

  /** Ends what is left at once. */
  kill(): void {
    for (const child of this.#children) child.kill('SIGKILL');
  }
}
