import { clearScreenDown, moveCursor } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';

/** Lines on the terminal that are written over when they change. Disposing leaves the last of them there. */
export class LiveText implements Disposable {
  readonly #terminal: NodeJS.WriteStream;
  readonly #timer: NodeJS.Timeout;
  #wanted: string | undefined;
  #height = 0;

  constructor(terminal: NodeJS.WriteStream) {
    this.#terminal = terminal;
    // What changes more often is not read.
    this.#timer = setInterval(() => this.#draw(), 250).unref();
  }

  show(text: string): void {
    this.#wanted = text;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#draw();
  }

  #draw(): void {
    if (this.#wanted === undefined) return;
    const columns = this.#terminal.columns || 80;
    const rows = this.#terminal.rows || 24;
    // What is wider or higher than the terminal would move it, and could not be written over.
    const lines = this.#wanted
      .split('\n')
      .slice(0, rows - 1)
      .map((line) => cut(line, columns - 1));
    this.#wanted = undefined;
    if (this.#height > 0) moveCursor(this.#terminal, -columns, -this.#height);
    clearScreenDown(this.#terminal);
    this.#terminal.write(`${lines.join('\n')}\n`);
    this.#height = lines.length;
  }
}

/** What of a line fits a width. */
export function cut(line: string, width: number): string {
  const plain = stripVTControlCharacters(line);
  return plain.length > width ? plain.slice(0, width) : line;
}
