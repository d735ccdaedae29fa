import type { Stream } from '@sextant/client/stream';
import type { processService } from '@sextant/protocol/process';
import { untilLeaving } from '../attached/leave.ts';
import { takeBackTerminal, terminalSize } from '../attached/terminal.ts';

type AttachStream = Stream<(typeof processService.methods)['process.attach']>;

const CTRL_C = 0x03;

/** Our input, for a program whose connection may be lost and be there again. */
export class Keyboard {
  readonly #leave: () => void;
  #stream: AttachStream | undefined;
  #next = Promise.withResolvers<AttachStream>();
  #isLent = false;
  #isFed = false;
  #hasTyped = false;

  /** @param leave is called when Ctrl-P Ctrl-Q is typed. */
  constructor(leave: () => void) {
    this.#leave = leave;
  }

  /** Every key goes to the program: a terminal for a terminal. */
  get isLent(): boolean {
    return this.#isLent;
  }

  /** From now on what is typed goes there. */
  connect(stream: AttachStream, tty: boolean): void {
    this.#stream = stream;
    this.#next.resolve(stream);
    if (tty && process.stdin.isTTY && !this.#isLent) this.#lend();
    if (!this.#isFed) void this.#feed();
    this.#isFed = true;
  }

  /** True if something was typed on the connection that is lost. */
  disconnect(): boolean {
    if (this.#stream) this.#next = Promise.withResolvers();
    this.#stream = undefined;
    const hadTyped = this.#hasTyped;
    this.#hasTyped = false;
    return hadTyped;
  }

  /** @param left the program goes on. */
  close(left: boolean): void {
    takeBackTerminal(left);
    process.stdin.destroy();
  }

  #lend(): void {
    this.#isLent = true;
    process.stdin.setRawMode(true);
    process.stdout.on('resize', () => {
      const size = terminalSize();
      if (size) this.#stream?.send(size);
    });
  }

  /** The end of a pipe ends the program's input; that of nothing at all, such as /dev/null, does not. */
  async #feed(): Promise<void> {
    const { stdin } = process;
    let isEmpty = !stdin.isTTY;
    const typed = this.#isLent ? untilLeaving(stdin, this.#leave) : (stdin as AsyncIterable<Uint8Array>);
    try {
      for await (const bytes of typed) {
        // What is typed blindly is meant for nobody; and there must be a way out.
        if (this.#isLent && !this.#stream) {
          if (bytes.includes(CTRL_C)) this.#leave();
          continue;
        }
        const stream = await this.#next.promise;
        this.#hasTyped = true;
        isEmpty = false;
        await stream.write('stdin', bytes);
      }
    } catch {
      // Input that cannot be read, such as a folder's or a closed terminal's, has ended.
    }
    if (isEmpty || this.#isLent) return;
    (await this.#next.promise).end('stdin');
  }
}
