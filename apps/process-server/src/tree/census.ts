import { setTimeout as sleep } from 'node:timers/promises';
import { listProcesses, type Process } from './processes.ts';

/** Milliseconds between two looks: a look at a thousand processes costs some 25. */
const REST_MS = 50;

/** Looks at the processes of this machine for all who ask: those who ask while one look runs share the next. */
export class Census {
  #next: Promise<readonly Process[]> | undefined;
  #rested: Promise<unknown> = Promise.resolve();

  /** What is seen by a look that begins after this was asked. */
  look(): Promise<readonly Process[]> {
    this.#next ??= this.#begin();
    return this.#next;
  }

  async #begin(): Promise<readonly Process[]> {
    await this.#rested;
    this.#next = undefined;
    const look = listProcesses();
    this.#rested = look.then(rest, rest);
    return look;
  }
}

function rest(): Promise<void> {
  return sleep(REST_MS);
}
