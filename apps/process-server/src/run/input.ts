import type { Writable } from 'node:stream';
import { ProtocolError } from '@sextant/protocol/errors';
import type { InputPart } from '@sextant/service/session/input';

/** The input of a run, which one caller at a time may write to. */
export class RunInput {
  #stdin: Writable | undefined;
  #writer: symbol | undefined;
  #isEnded = false;

  /** From now on it is that of this program. */
  open(stdin: Writable): void {
    // EPIPE: the program reads no more, and that is its own business.
    stdin.on('error', () => {});
    this.#stdin = stdin;
    if (this.#isEnded) stdin.end();
  }

  /**
   * Writes what a caller sends on "stdin" to the program, no faster than it reads. What comes for one that is over or has
   * closed its input is dropped, and so is what comes of a caller whose right to write was revoked: false for such a one.
   * @throws ProtocolError `conflict` if another caller does.
   */
  take(parts: AsyncIterable<InputPart>): Promise<boolean> {
    if (this.#writer !== undefined) {
      throw new ProtocolError(
        'conflict',
        'Somebody else writes to this program. Attach without input to watch it, or adopt it.',
      );
    }
    const writer = Symbol('writer');
    this.#writer = writer;
    return this.#feed(parts, writer).finally(() => {
      if (this.#writer === writer) this.#writer = undefined;
    });
  }

  /** Whoever writes does so no more, and somebody else may. */
  revoke(): void {
    this.#writer = undefined;
  }

  /** Nothing more comes. */
  end(): void {
    this.#isEnded = true;
    this.#stdin?.end();
  }

  async #feed(parts: AsyncIterable<InputPart>, writer: symbol): Promise<boolean> {
    for await (const { channel, body, end } of parts) {
      if (channel !== 'stdin' || this.#writer !== writer) continue;
      if (body) await this.#write(body);
      if (end) this.end();
    }
    return this.#writer === writer;
  }

  /** Resolves when the program's pipe has taken it, or never will. */
  #write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      if (this.#stdin) this.#stdin.write(bytes, () => resolve());
      else resolve();
    });
  }
}
