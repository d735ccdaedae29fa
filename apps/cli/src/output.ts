import { styleText } from 'node:util';
import { ProtocolError } from '@sextant/protocol/errors';
import Table from 'cli-table3';
import { fit, GAP, type Narrowing } from './fit.ts';

/** Data goes to stdout, so that it can be piped. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value));
}

/** Talk goes to stderr: hints, progress, questions, errors. */
export function say(text: string): void {
  process.stderr.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** One clear sentence; never a stack. */
export function sayError(error: unknown): void {
  say(errorText(error));
}

/** An error in one line, with the nearest names where what was named is not there. */
export function errorText(error: unknown): string {
  const message = Error.isError(error) ? error.message : String(error);
  return `${styleText('red', 'error:', { stream: process.stderr })} ${message}${nearestOf(error, message)}`;
}

/** Some services say themselves what may have been meant. */
function nearestOf(error: unknown, message: string): string {
  const suggestions = error instanceof ProtocolError ? error.data['suggestions'] : undefined;
  if (!Array.isArray(suggestions) || suggestions.length === 0) return '';
  return suggestions.some((name) => message.includes(String(name))) ? '' : ` Did you mean ${suggestions.join(' or ')}?`;
}

/** Less important words, where the terminal has shades. */
export function dim(text: string): string {
  return styleText('dim', text);
}

/** A table without lines: headings in capitals, columns as wide as their content, or as the terminal has room for. */
export function table(
  headings: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  narrowing: Narrowing = {},
): string {
  const whole = [headings, ...rows].map((row) => row.map(String));
  // One less: many a terminal is at the next line after the last.
  const room = process.stdout.isTTY ? process.stdout.columns - 1 : undefined;
  const [fitting = [], ...cells] = room ? fit(whole, room, narrowing) : whole;
  const plain = new Table({
    head: fitting.map((heading) => dim(heading.toUpperCase())),
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': GAP },
    chars: NO_LINES,
  });
  plain.push(...cells);
  return plain
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

const NO_LINES = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
    'middle',
  ].map((part) => [part, '']),
);

/** Prints a list as a table, as JSON lines with `--json`, or says what to type when there is nothing. */
export function printList<Item extends object>(
  items: readonly Item[],
  options: {
    json?: boolean | undefined;
    columns: Readonly<Record<string, (item: Item) => string | number>>;
    /** How they fit a narrow terminal. */
    narrowing?: Narrowing;
    /** Said when the list is empty: what to type next. */
    empty: string;
  },
): void {
  if (options.json) {
    for (const item of items) printJson(item);
  } else if (items.length === 0) {
    say(options.empty);
  } else {
    const cells = Object.values(options.columns);
    print(
      table(
        Object.keys(options.columns),
        items.map((item) => cells.map((cell) => cell(item))),
        options.narrowing,
      ),
    );
  }
}

/** 1536 -> "1.5 KiB" */
export function bytes(size: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = size;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** 83000 -> "1m 23s" */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (ms < 1000) return `${Math.round(ms)}ms`;
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${seconds % 60}s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h ${Math.floor((seconds % 3600) / 60)}m`;
  return `${Math.floor(seconds / 86_400)}d ${Math.floor((seconds % 86_400) / 3600)}h`;
}

/** How long so many bytes took, and how fast that was: "in 2s (512.0 MiB/s)" */
export function rate(size: number, ms: number): string {
  return `in ${duration(ms)} (${bytes(Math.round((size / Math.max(1, ms)) * 1000))}/s)`;
}
