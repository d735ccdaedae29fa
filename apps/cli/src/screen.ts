import { cut } from './live-text.ts';

const ENTER = '\u001B[?1049h\u001B[?25l';
const LEAVE = '\u001B[?25h\u001B[?1049l';
const TOP = '\u001B[H';
/** What is left of a line, and of the screen. */
const ERASE_LINE = '\u001B[K';
const ERASE_REST = '\u001B[J';

/** The whole terminal, which is as it was before once this is disposed of, or the program ends. */
export class Screen implements Disposable {
  readonly #terminal: NodeJS.WriteStream;
  readonly #draw = (): void => this.#drawNow();
  #text = '';

  constructor(terminal: NodeJS.WriteStream) {
    this.#terminal = terminal;
    terminal.write(ENTER);
    terminal.on('resize', this.#draw);
    process.on('exit', this.#leave);
  }

  show(text: string): void {
    this.#text = text;
    this.#drawNow();
  }

  [Symbol.dispose](): void {
    this.#terminal.off('resize', this.#draw);
    process.off('exit', this.#leave);
    this.#leave();
  }

  readonly #leave = (): void => {
    this.#terminal.write(LEAVE);
  };

  #drawNow(): void {
    const { columns, rows } = this.#terminal;
    const lines = this.#text
      .split('\n')
      .slice(0, rows)
      .map((line) => cut(line, columns) + ERASE_LINE);
    this.#terminal.write(TOP + lines.join('\r\n') + ERASE_REST);
  }
}
