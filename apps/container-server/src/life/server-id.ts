import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { ProtocolError } from '@sextant/protocol/errors';
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
    await replaceFile(this.#path, `${id}\n`).catch((error: unknown) => {
      throw unwritable(error);
    });
    this.#id = id;
    return id;
  }
}

/** The system's reason, in words of a caller. */
function unwritable(error: unknown): ProtocolError {
  const code = Error.isError(error) && 'code' in error ? String(error.code) : 'EIO';
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  const message = isFull
    ? 'The disk of the service is full: it has no room to note what is its own. Nothing was done.'
    : `The service cannot write to its own folder (${code}). Nothing was done.`;
  return new ProtocolError(isFull ? 'quota' : 'unavailable', message, { retry: 'safe' }, { cause: error });
}
