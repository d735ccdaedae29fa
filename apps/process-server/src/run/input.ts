import type { Writable } from 'node:stream';
import { ProtocolError } from '@sextant/protocol/errors';
import type { InputPart } from '@sextant/service/session/input';

/** The input of a program, which one caller at a time may write to. */
export class RunInput {
  readonly #stdin: Writable;
  #isTaken = false;

  constructor(stdin: Writable) {
    this.#stdin = stdin;
    // EPIPE: the program reads no more, and that is its own business.
    stdin.on('error', () => {});
  }

  /**
   * Writes what a caller sends on "stdin" to the program, no faster than it reads. What comes for one that is over or has
   * closed its input is dropped.
   * @throws ProtocolError `conflict` if another caller does.
   */
  take(parts: AsyncIterable<InputPart>): Promise<void> {
    if (this.#isTaken) throw new ProtocolError('conflict', 'Somebody else writes to this program.');
    this.#isTaken = true;
    return this.#feed(parts).finally(() => (this.#isTaken = false));
  }

  /** Nothing more comes. */
  end(): void {
    this.#stdin.end();
  }

  async #feed(parts: AsyncIterable<InputPart>): Promise<void> {
    for await (const { channel, body, end } of parts) {
      if (channel !== 'stdin') continue;
      if (body) await this.#write(body);
      if (end) this.end();
    }
  }

  /** Resolves when the program's pipe has taken it, or never will. */
  #write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.#stdin.write(bytes, () => resolve());
    });
  }
}
