import type { Argument, Command } from 'commander';
import { addCommands, commandNames } from '../commands.ts';
import { print } from '../output.ts';
import type { CommonOptions } from '../service.ts';
import { optionsOf, readWords, type Reading } from '../words.ts';
import { sourceOf, type Source, type Suggestion } from './source.ts';

/** The first word by which a script asks. */
export const COMPLETE = '__complete';
/** Milliseconds that a service has to tell its names. */
const PATIENCE_MS = 400;
/** Said in place of names where they are files of this machine. */
const FILES = ':files';

/**
 * Prints what the last of some words may become, a line each, with a few words about it behind a tab. What cannot be
 * asked is left out: nobody reads errors between two keys.
 */
export async function complete(program: Command, words: readonly string[]): Promise<void> {
  const typed = words.at(-1) ?? '';
  const found = await suggest(program, words.slice(0, -1), typed).catch(() => []);
  if (found === 'files') return print(FILES);
  for (const { value, about } of found) {
    if (value.startsWith(typed) && IS_TYPABLE.test(value)) print(about ? `${value}\t${lineOf(about)}` : value);
  }
}

/** What a shell would have to be told in other words is not offered. */
const IS_TYPABLE = /^[\p{L}\p{N}_./:@=+,%~-]+$/u;

function lineOf(text: string): string {
  return text.replaceAll(/[\p{Cc}\s]+/gu, ' ');
}

async function suggest(
  program: Command,
  before: readonly string[],
  typed: string,
): Promise<readonly Suggestion[] | 'files'> {
  program.configureOutput({ writeErr: () => {}, writeOut: () => {} });
  const names = commandNames();
  const isNamed = before.some((word) => names.includes(word));
  if (isNamed) await addCommands(program, before);
  const reading = readWords(program, before);
  const { command, own, awaited, ended } = reading;
  if (awaited) return ask(sourceOf(awaited) ?? fallback(awaited.flags), program, before, typed);
  if (ended) return 'files';
  if (typed.startsWith('-')) return optionNames(command);
  if (command === program) return own.length > 0 ? [] : names.map((value) => ({ value }));
  const subcommands = own.length === 0 ? command.commands.map(nameAndAbout) : [];
  const source = sourceAt(reading);
  if (!source) return subcommands;
  const found = await ask(source, program, before, typed);
  if (found === 'files') return found;
  const taken = new Set(own.map(({ word }) => word));
  return [...subcommands, ...found.filter(({ value }) => !taken.has(value))];
}

/** Of the argument that comes next. */
function sourceAt({ command, own }: Reading): Source | undefined {
  const { registeredArguments } = command;
  const last = registeredArguments.at(-1);
  const next: Argument | undefined = registeredArguments[own.length] ?? (last?.variadic ? last : undefined);
  return next && sourceOf(next);
}

function ask(
  source: Source | undefined,
  program: Command,
  before: readonly string[],
  typed: string,
): Promise<readonly Suggestion[] | 'files'> {
  if (!source) return Promise.resolve([]);
  // One whose value is asked for has none yet.
  program.parseOptions(before.slice(0, readWords(program, before).awaited ? -1 : undefined));
  return source({ typed, options: program.opts<CommonOptions>(), signal: AbortSignal.timeout(PATIENCE_MS) });
}

/** Options whose value is a path say so. */
function fallback(flags: string): Source | undefined {
  return /<(?:file|folder|path)>/.test(flags) ? () => Promise.resolve('files') : undefined;
}

function optionNames(command: Command): Suggestion[] {
  const shown = optionsOf(command).filter(({ hidden }) => !hidden);
  return [
    ...shown.map(({ long, description }) => ({ value: long ?? '', about: description })),
    { value: '--help', about: 'say more' },
  ];
}

function nameAndAbout(command: Command): Suggestion {
  return { value: command.name(), about: command.description() };
}
