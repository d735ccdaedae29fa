import { on, once } from 'node:events';
import { clearScreenDown, cursorTo, moveCursor } from 'node:readline';
import { createInterface, type Interface } from 'node:readline/promises';
import type { Prompt, PromptOptions } from './prompt.ts';

/** Lines typed in a terminal before which others appear meanwhile. */
export class TerminalPrompt implements Prompt {
  readonly interactive = true;
  readonly lines: AsyncIterable<string>;
  readonly #input: Interface;
  readonly #output = process.stdout;
  #waiting: string[] = [];
  #shown: Promise<void> | undefined;
  #closed = false;

  constructor(options: PromptOptions) {
    const { complete } = options;
    this.#input = createInterface({
      input: process.stdin,
      output: this.#output,
      prompt: options.label,
      removeHistoryDuplicates: true,
      ...(complete && { completer: complete }),
    });
    this.lines = linesOf(on(this.#input, 'line', { close: ['close'] }));
    this.#input
      .on('line', (line) => this.#typed(line, options.erase === true))
      .on('SIGINT', () => (this.#input.line === '' ? options.interrupt('key') : this.#clearTyped()))
      .on('close', () => this.#end());
    this.#input.prompt();
  }

  /** Lines that come at once are drawn at once: a prompt drawn anew for each of many would be all that is seen. */
  print(text: string): Promise<void> {
    this.#waiting.push(text);
    this.#shown ??= new Promise(setImmediate).then(() => this.#show());
    return this.#shown;
  }

  say(text: string): Promise<void> {
    return this.print(text);
  }

  label(text: string): void {
    if (this.#closed) return;
    this.#input.setPrompt(text);
    this.#input.prompt(true);
  }

  async close(): Promise<void> {
    await this.#shown;
    this.#input.close();
  }

  async #show(): Promise<void> {
    const text = this.#waiting.join('\n');
    this.#waiting = [];
    this.#shown = undefined;
    this.#output.cork();
    if (!this.#closed) this.#erasePrompt();
    const room = this.#output.write(`${text}\n`);
    if (!this.#closed) this.#input.prompt(true);
    this.#output.uncork();
    if (!room) await once(this.#output, 'drain');
  }

  #typed(line: string, erase: boolean): void {
    if (erase) {
      this.#up(this.#rowsOf(line) + 1);
      clearScreenDown(this.#output);
    }
    this.#input.prompt();
  }

  /** How many rows below the prompt's first a line ended, by the very arithmetic that drew it. */
  #rowsOf(line: string): number {
    const now = { line: this.#input.line, cursor: this.#input.cursor };
    Object.assign(this.#input, { line, cursor: line.length });
    const { rows } = this.#input.getCursorPos();
    Object.assign(this.#input, now);
    return rows;
  }

  #clearTyped(): void {
    this.#input.write(null, { ctrl: true, name: 'e' });
    this.#input.write(null, { ctrl: true, name: 'u' });
  }

  #erasePrompt(): void {
    this.#up(this.#input.getCursorPos().rows);
    clearScreenDown(this.#output);
    // As many rows it goes up before it draws anew; after pasted text it has not kept count.
    Object.assign(this.#input, { prevRows: 0 });
  }

  #up(rows: number): void {
    moveCursor(this.#output, 0, -rows);
    cursorTo(this.#output, 0);
  }

  #end(): void {
    this.#closed = true;
    this.#erasePrompt();
  }
}

async function* linesOf(events: AsyncIterable<string[]>): AsyncGenerator<string> {
  for await (const [line = ''] of events) yield line;
}
