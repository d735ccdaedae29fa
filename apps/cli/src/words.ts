import type { Command, Option } from 'commander';

/** A command line as far as it is typed. */
export interface Reading {
  /** What its first words name. */
  readonly command: Command;
  /** Its words after that which are no options, and where they stand; none after `--`. */
  readonly own: readonly { word: string; at: number }[];
  /** The option whose value comes next. */
  readonly awaited: Option | undefined;
  /** True after `--`: what follows is a program. */
  readonly ended: boolean;
}

/** Reads words as commander will, without running anything. */
export function readWords(program: Command, words: readonly string[]): Reading {
  let command = program;
  let awaited: Option | undefined;
  const own: { word: string; at: number }[] = [];
  for (const [at, word] of words.entries()) {
    if (awaited) {
      awaited = undefined;
    } else if (word === '--') {
      return { command, own, awaited, ended: true };
    } else if (word.length > 1 && word.startsWith('-')) {
      awaited = awaitedBy(word, optionsOf(command));
    } else {
      const meant = own.length === 0 ? command.commands.find((one) => one.name() === word) : undefined;
      if (meant) command = meant;
      else own.push({ word, at });
    }
  }
  return { command, own, awaited, ended: false };
}

/** Those of a command, and of those around it. */
export function optionsOf(command: Command): Option[] {
  return command.parent ? [...command.options, ...optionsOf(command.parent)] : [...command.options];
}

/** The option that takes the next word for its value: `--name`, `-n`, or `-itn` whose last it is. */
function awaitedBy(word: string, options: readonly Option[]): Option | undefined {
  if (word.startsWith('--')) return options.find(({ long, required }) => required && long === word);
  const letters = word
    .slice(1)
    .split('')
    .map((letter) => options.find(({ short }) => short === `-${letter}`));
  const first = letters.findIndex((option) => option?.required);
  return first === letters.length - 1 ? letters[first] : undefined;
}
