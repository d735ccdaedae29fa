import { closeSync, constants, openSync } from 'node:fs';
import { placeOf } from '../place.ts';

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

/**
 * Opens files below an open folder, from folder to folder by descriptors and never through a symbolic link. The folder of
 * the one before stays open: who reads a tree reads the files of a folder one after the other. Disposing closes it.
 */
export class Walk implements Disposable {
  readonly #place: string;
  #last: { path: string; fd: number } | undefined;

  constructor(folder: string, fd: number) {
    this.#place = placeOf(fd, folder);
  }

  /** @throws the system's error. */
  open(names: readonly string[]): number {
    // Not blocking: opening a pipe would wait for its other end.
    return openSync(`${this.#folder(names.slice(0, -1))}/${names.at(-1)}`, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  }

  [Symbol.dispose](): void {
    if (this.#last) closeSync(this.#last.fd);
    this.#last = undefined;
  }

  /** The place of a folder, which is open then. */
  #folder(names: readonly string[]): string {
    const path = names.join('/');
    if (this.#last?.path !== path) {
      this[Symbol.dispose]();
      for (const name of names) this.#enter(name);
    }
    return this.#last ? placeOf(this.#last.fd, `${this.#place}/${path}`) : this.#place;
  }

  #enter(name: string): void {
    const { path, fd } = this.#last ?? {};
    const parent = fd === undefined ? this.#place : placeOf(fd, `${this.#place}/${path}`);
    const next = openSync(`${parent}/${name}`, O_RDONLY | O_NOFOLLOW | O_DIRECTORY);
    if (fd !== undefined) closeSync(fd);
    this.#last = { path: path === undefined ? name : `${path}/${name}`, fd: next };
  }
}
