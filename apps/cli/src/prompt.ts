import { PlainPrompt } from './prompt-plain.ts';
import { TerminalPrompt } from './prompt-terminal.ts';

/** Lines that come in and go out, while both happen at once. */
export interface Prompt {
  /** True where a person types: there is a prompt, and what is shown appears above it. */
  readonly interactive: boolean;
  /** What is typed, line by line, until the end of the input or of this. */
  readonly lines: AsyncIterable<string>;
  /** Shows whole lines of data; resolves when more may follow. */
  print(text: string): Promise<void>;
  /** Shows talk: hints, errors, what happens around the data. */
  say(text: string): Promise<void>;
  /** Changes what stands in front of the typed text. */
  label(text: string): void;
  /** Shows what still waits to be shown and takes no more lines. */
  close(): Promise<void>;
}

export interface PromptOptions {
  label: string;
  /** Without a prompt even on a terminal: what comes in and goes out is for programs. */
  plain: boolean;
  /** What Tab offers. */
  complete?: Completer;
  /** Takes a typed line off the screen: whoever reads it shows it in another form. */
  erase?: boolean;
  /** Told of Ctrl-C on an empty line, and when nobody reads the output any more. */
  interrupt(why: 'key' | 'unread'): void;
}

/** The possible continuations of what is typed, and the part of it they replace. */
type Completer = (typed: string) => Promise<[string[], string]>;

/** A prompt if both sides are a person's terminal; else lines as they come. */
export function openPrompt(options: PromptOptions): Prompt {
  const { stdin, stdout } = process;
  const person = stdin.isTTY && stdout.isTTY && process.env['TERM'] !== 'dumb';
  return person && !options.plain ? new TerminalPrompt(options) : new PlainPrompt(options);
}
