import { Argument, type Option } from 'commander';
import type { CommonOptions } from '../service.ts';

/** One thing that may be typed, and a few words about it. */
export interface Suggestion {
  value: string;
  about?: string;
}

/** What is known where a word is completed. */
export interface Asked {
  /** What is typed of the word. */
  typed: string;
  /** As on the command line so far: which service, and as whom. */
  options: CommonOptions;
  /** Aborts when nobody would wait any longer. */
  signal: AbortSignal;
}

/** Tells what a word may be; `files` are those of this machine, which the shell knows best. */
export type Source = (asked: Asked) => Promise<readonly Suggestion[] | 'files'>;

const SOURCES = new WeakMap<Argument | Option, Source>();

/** An argument of a command that knows what it may be. */
export function completed(flags: string, description: string, source: Source): Argument {
  const argument = new Argument(flags, description);
  SOURCES.set(argument, source);
  return argument;
}

export function sourceOf(declared: Argument | Option): Source | undefined {
  const { argChoices } = declared;
  if (argChoices) return () => Promise.resolve(argChoices.map((value) => ({ value })));
  return SOURCES.get(declared);
}
