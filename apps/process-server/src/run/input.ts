import type { Writable } from 'node:stream';
import { ProtocolError } from '@sextant/protocol/errors';
import type { TerminalSize } from '@sextant/protocol/values';
import type { InputPart } from '@sextant/service/session/input';

/** The end of input, as it is typed: a terminal itself has none. Within a line the first only hands over what there is of it. */
const CTRL_D = '\x04';

/** What ends a line, as it is typed: LF, CR, and the end of input itself. */
const ENDS = new Set<number | undefined>([0x0a, 0x0d, 0x04]);

/** How the terminal of a program is given another size. */
type SetSize = (size: TerminalSize) => void;

/** The input of a run, which one caller at a time may write to. */
export class RunInput {
  #stdin: Writable | undefined;
  #resize: SetSize | undefined;
  #writer: symbol | undefined;
  #isEnded = false;
  #inLine = false;

  /**
   * From now on it is that of this program.
   * @param resize where it is that of a terminal.
   */
  open(stdin: Writable, resize?: SetSize): void {
    this.#resize = resize;
    this.#inLine = false;
    // EPIPE: the program reads no more, and that is its own business.
    stdin.on('error', () => {});
    this.#stdin = stdin;
    if (this.#isEnded && !resize) stdin.end();
  }

  /**
   * From now on one caller writes, and no other: whoever has what is returned.
   * @throws ProtocolError `conflict` if another caller does.
   */
  claim(): symbol {
    if (this.#writer !== undefined) {
      throw new ProtocolError(
        'conflict',
        'Somebody else writes to this program. Attach without input to watch it, or adopt it.',
      );
    }
    this.#writer = Symbol('writer');
    return this.#writer;
  }

  /**
   * Writes what a caller sends on "stdin" to the program, no faster than it reads, and gives its terminal the sizes that
   * come. What comes for one that is over or has closed its input is dropped, and so is what comes of a caller whose right
   * to write was revoked: false for such a one.
   */
  async take(parts: AsyncIterable<InputPart>, writer: symbol): Promise<boolean> {
    try {
      return await this.#feed(parts, writer);
    } finally {
      this.release(writer);
    }
  }

  /** One who was to write does not, or no more. */
  release(writer: symbol): void {
    if (this.#writer === writer) this.#writer = undefined;
  }

  /** Whoever writes does so no more, and somebody else may. */
  revoke(): void {
    this.#writer = undefined;
  }

  /** Nothing more comes; said to a terminal as it is typed, and more may follow then. */
  end(): void {
    if (!this.#resize) this.#stdin?.end();
    else if (!this.#isEnded) this.#stdin?.write(this.#inLine ? CTRL_D + CTRL_D : CTRL_D);
    this.#isEnded = true;
    this.#inLine = false;
  }

  async #feed(parts: AsyncIterable<InputPart>, writer: symbol): Promise<boolean> {
    for await (const { channel, item, body, end } of parts) {
      if (this.#writer !== writer) continue;
      if (item !== undefined) this.#resize?.(item as TerminalSize);
      if (channel !== 'stdin') continue;
      if (body?.length) await this.#write(body);
      if (end) this.end();
    }
    return this.#writer === writer;
  }

  /** Resolves when the program's pipe has taken it, or never will. */
  #write(bytes: Uint8Array): Promise<void> {
    this.#isEnded = false;
    this.#inLine = !ENDS.has(bytes.at(-1));
    return new Promise((resolve) => {
      if (this.#stdin) this.#stdin.write(bytes, () => resolve());
      else resolve();
    });
  }
}
