import { openSync, readSync } from 'node:fs';
import { OUTSIDE } from './isolation.ts';

/** Bytes read at a time: what the system gives at once. */
const READ = 4096;

/** The highest number that a process of any machine can have. */
const MOST_PIDS = 4_194_304;

/**
 * Of a launcher in a namespace: the number that its youngest child has outside, where the service is. Inside, processes
 * have other ones. The system lists the children of a process by age, so the last of them is meant.
 */
export class Offspring {
  readonly #descriptor = openSync(`/proc/self/fd/${OUTSIDE}/thread-self/children`, 'r');
  readonly #buffer = Buffer.alloc(READ);
  /** Children that were there the last time. */
  #known = new Set<number>();

  /**
   * To be asked at once after each start.
   * @param pid its number inside.
   * @returns a number that no process has for one that is over already, and that somebody has buried.
   */
  youngest(pid: number): number {
    const children = this.#list();
    const youngest = children.at(-1);
    const isOver = youngest === undefined || this.#known.has(youngest);
    this.#known = new Set(children);
    return isOver ? MOST_PIDS + pid : youngest;
  }

  #list(): number[] {
    let text = '';
    for (let at = 0, read = -1; read !== 0; at += read) {
      read = readSync(this.#descriptor, this.#buffer, 0, READ, at);
      text += this.#buffer.toString('latin1', 0, read);
    }
    return text.trimEnd().split(' ').filter(Boolean).map(Number);
  }
}
