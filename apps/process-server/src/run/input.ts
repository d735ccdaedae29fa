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

/** The input of a program, which one caller at a time may write to. */
export class RunInput {
  readonly #stdin: Writable;
  readonly #resize: SetSize | undefined;
  #isTaken = false;
  #isEnded = false;
  #inLine = false;

  /** @param resize where it is that of a terminal. */
  constructor(stdin: Writable, resize?: SetSize) {
    this.#stdin = stdin;
    this.#resize = resize;
    // EPIPE: the program reads no more, and that is its own business.
    stdin.on('error', () => {});
  }

  /**
   * Writes what a caller sends on "stdin" to the program, no faster than it reads, and gives its terminal the sizes that
   * come. What comes for one that is over or has closed its input is dropped.
   * @throws ProtocolError `conflict` if another caller does.
   */
  take(parts: AsyncIterable<InputPart>): Promise<void> {
    if (this.#isTaken) throw new ProtocolError('conflict', 'Somebody else writes to this program.');
    this.#isTaken = true;
    return this.#feed(parts).finally(() => (this.#isTaken = false));
  }

  /** Nothing more comes; said to a terminal as it is typed, and more may follow then. */
  end(): void {
    if (!this.#resize) this.#stdin.end();
    else if (!this.#isEnded) this.#stdin.write(this.#inLine ? CTRL_D + CTRL_D : CTRL_D);
    this.#isEnded = true;
    this.#inLine = false;
  }

  async #feed(parts: AsyncIterable<InputPart>): Promise<void> {
    for await (const { channel, item, body, end } of parts) {
      if (item !== undefined) this.#resize?.(item as TerminalSize);
      if (channel !== 'stdin') continue;
      if (body?.length) await this.#write(body);
      if (end) this.end();
    }
  }

  /** Resolves when the program's pipe has taken it, or never will. */
  #write(bytes: Uint8Array): Promise<void> {
    this.#isEnded = false;
    this.#inLine = !ENDS.has(bytes.at(-1));
    return new Promise((resolve) => {
      this.#stdin.write(bytes, () => resolve());
    });
  }
}
