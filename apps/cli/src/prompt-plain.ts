import { createInterface, type Interface } from 'node:readline';
import type { Prompt, PromptOptions } from './prompt.ts';
import { whenUnread } from './unread.ts';

/** Lines in and out without a prompt: data on stdout, talk on stderr. */
export class PlainPrompt implements Prompt {
  readonly interactive = false;
  readonly lines: AsyncIterable<string>;
  readonly #input: Interface;

  constructor(options: PromptOptions) {
    this.#input = createInterface({ input: process.stdin, crlfDelay: Infinity });
    // Asked for at once: the first lines come before anyone iterates.
    const lines = this.#input[Symbol.asyncIterator]();
    this.lines = { [Symbol.asyncIterator]: () => lines };
    whenUnread(() => {
      this.#input.close();
      options.interrupt('unread');
    });
  }

  print(text: string): Promise<void> {
    return write(process.stdout, `${text}\n`);
  }

  say(text: string): Promise<void> {
    return write(process.stderr, `${text}\n`);
  }

  label(): void {}

  async close(): Promise<void> {
    this.#input.close();
    // Who leaves before the end of the input must not wait for it.
    process.stdin.destroy();
  }
}

/** Writes; resolves when more may follow, or when nobody reads it. */
export async function write(output: NodeJS.WriteStream, data: string | Uint8Array): Promise<void> {
  if (output.errored || output.write(data)) return;
  await new Promise<void>((resolve) => {
    const go = (): void => {
      output.off('drain', go).off('error', go).off('close', go);
      resolve();
    };
    output.on('drain', go).on('error', go).on('close', go);
  });
}
