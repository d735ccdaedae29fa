import type { Command } from 'commander';
import { readWords } from './words.ts';

/** How many words of a command come before its program. */
const BEFORE = new WeakMap<Command, number>();

/** Says that what follows so many words of a command is a program: options behind that are its own. */
export function endsInProgram(command: Command, after: number): Command {
  BEFORE.set(command, after);
  return command;
}

/** A command line with `--` before its program, where nobody typed one. */
export function setApart(program: Command, words: readonly string[]): readonly string[] {
  const { command, own } = readWords(program, words);
  const before = BEFORE.get(command);
  const first = before === undefined ? undefined : own[before];
  return first === undefined ? words : words.toSpliced(first.at, 0, '--');
}
