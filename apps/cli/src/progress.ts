import { clearLine, cursorTo } from 'node:readline';
import { styleText } from 'node:util';
import { bytes, duration, say } from './output.ts';

/** Milliseconds of work that need no word. */
const SILENT_MS = 1000;
const FRAME_MS = 100;
const BAR_WIDTH = 24;
const MIN_LABEL = 8;
/** Milliseconds over which the rate is taken. */
const RATE_MS = 5000;

/** So many bytes done of so many, on the terminal. Disposing removes it. */
export interface Progress extends Disposable {
  label: string;
  done: number;
  total: number;
  /** Begins, perhaps again: what was done before says nothing about the rate. */
  begin(done: number, total: number): void;
  /** Says something without breaking the line. */
  readonly say: (text: string) => void;
}

/** Shows a bar once the work has taken a while. */
export function showProgress(label: string): Progress {
  const samples: { at: number; done: number }[] = [];
  const erase = draw(() => {
    const at = performance.now();
    samples.push({ at, done: progress.done });
    while (samples.length > 1 && at - (samples[0]?.at ?? at) > RATE_MS) samples.shift();
    return barOf(progress, rateOf(samples));
  });
  const progress: Progress = {
    label,
    done: 0,
    total: 0,
    begin: (done, total) => {
      Object.assign(progress, { done, total });
      samples.length = 0;
    },
    say: (text) => {
      erase();
      say(text);
    },
    [Symbol.dispose]: () => erase(true),
  };
  return progress;
}

/** Shows that something is being done, once it has taken a while. */
export function showActivity(label: string): Disposable & { label: string } {
  const start = performance.now();
  const activity = { label, [Symbol.dispose]: () => erase(true) };
  const erase = draw(() => `${activity.label} ${styleText('dim', duration(performance.now() - start), STDERR)}`);
  return activity;
}

/** Shows that something is being done for as long as it takes. */
export async function showing<T>(label: string, work: Promise<T>): Promise<T> {
  const activity = showActivity(label);
  try {
    return await work;
  } finally {
    activity[Symbol.dispose]();
  }
}

/**
 * Keeps one line of the terminal up to date; @clack/prompts would take stdin and Ctrl-C away from the command.
 * @returns what erases the line until its next update, or for good.
 */
function draw(text: () => string): (forGood?: boolean) => void {
  const { stderr } = process;
  if (!stderr.isTTY) return () => {};
  const start = performance.now();
  let shown = false;
  const timer = setInterval(() => {
    const line = text();
    if (performance.now() - start < SILENT_MS) return;
    shown = true;
    cursorTo(stderr, 0);
    stderr.write(line);
    clearLine(stderr, 1);
  }, FRAME_MS);
  timer.unref();
  return (forGood = false) => {
    if (forGood) clearInterval(timer);
    if (!shown) return;
    cursorTo(stderr, 0);
    clearLine(stderr, 0);
  };
}

const STDERR = { stream: process.stderr };

function barOf({ label, done, total }: Progress, bytesPerSecond: number): string {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const seconds = Math.ceil((total - done) / bytesPerSecond);
  const left = bytesPerSecond > 0 ? `  ${duration(seconds * 1000)} left` : '';
  const figures = `${Math.floor(share * 100)}%  ${bytes(done)} of ${bytes(total)}  ${bytes(bytesPerSecond)}/s${left}`;
  // Five characters between and behind: a line as wide as the terminal would wrap.
  const space = (process.stderr.columns || 80) - figures.length - 5;
  const name = shorten(label, Math.max(MIN_LABEL, space - BAR_WIDTH));
  const width = Math.max(0, Math.min(BAR_WIDTH, space - name.length));
  const full = Math.round(share * width);
  const bar = `${styleText('cyan', '━'.repeat(full), STDERR)}${styleText('dim', '─'.repeat(width - full), STDERR)}`;
  return `${name}  ${bar}  ${figures}`;
}

function rateOf(samples: readonly { at: number; done: number }[]): number {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || last.at === first.at) return 0;
  return Math.max(0, Math.round(((last.done - first.done) / (last.at - first.at)) * 1000));
}

/** Two lines would never be erased. */
function shorten(text: string, width: number): string {
  return text.length <= width ? text : `…${text.slice(text.length - Math.max(0, width - 1))}`;
}
