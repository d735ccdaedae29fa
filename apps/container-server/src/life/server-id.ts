import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { readPrivateFile, replaceFile } from '@sextant/service/identity/private-file';

/** What this server is called on the containers that end with it: in its folder for good, once it has made one. */
export class ServerId {
  readonly #path: string;
  #id: string | undefined;
  #making: Promise<string> | undefined;

  constructor(folder: string) {
    this.#path = join(folder, 'server-id');
    this.#id = readPrivateFile(this.#path)?.trim() || undefined;
  }

  /** Undefined where there can be no such container. */
  get known(): string | undefined {
    return this.#id;
  }

  /** Before the first such container is made. */
  async get(): Promise<string> {
    if (this.#id !== undefined) return this.#id;
    this.#making ??= this.#make().finally(() => (this.#making = undefined));
    return this.#making;
  }

  async #make(): Promise<string> {
    const id = randomUUID();
    await replaceFile(this.#path, `${id}\n`);
    this.#id = id;
    return id;
  }
}
