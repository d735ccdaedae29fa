import { openSync, readSync } from 'node:fs';
import { OUTSIDE } from './isolation.ts';

/** Bytes read at a time: what the system gives at once. */
const READ = 4096;

/**
 * Of a launcher in a namespace: the number that its youngest child has outside, where the service is. Inside, processes
 * have other ones. The system lists the children of a process by age, so the last of them is meant.
 */
export class Offspring {
  readonly #descriptor = openSync(`/proc/self/fd/${OUTSIDE}/thread-self/children`, 'r');
  readonly #buffer = Buffer.alloc(READ);

  /** To be asked at once after a start, before that child can be over. */
  youngest(): number {
    let text = '';
    for (let at = 0, read = -1; read !== 0; at += read) {
      read = readSync(this.#descriptor, this.#buffer, 0, READ, at);
      text = text.slice(-READ) + this.#buffer.toString('latin1', 0, read);
    }
    return Number(text.trimEnd().split(' ').at(-1));
  }
}
