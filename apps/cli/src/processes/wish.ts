import type { ParamsInput } from '@sextant/protocol/method';
import type { processService } from '@sextant/protocol/process';
import { ProtocolError } from '@sextant/protocol/errors';
import { Option, type Command } from 'commander';
import { isForeground, terminalSize } from '../attached/terminal.ts';
import { collectVariable, parseAmount, parseLength, parseSize } from '../arguments.ts';

type Methods = (typeof processService)['methods'];

type Restart = (typeof RESTARTS)[number];
const RESTARTS = ['no', 'on-failure', 'always'] as const;

/** How a program is to run, as typed. */
export interface WishOptions {
  json?: boolean | undefined;
  name?: string;
  cwd?: string;
  env?: Record<string, string>;
  detach?: boolean;
  stdin?: boolean;
  keep?: number;
  pauseWhenFull?: boolean;
  /** True with -t, false with --no-tty; of an attached one that is not said for, our own terminal decides. */
  tty?: boolean;
  ttl?: number;
  queue?: string;
  atMost?: number;
  restart?: Restart;
  time?: number;
  memory?: number;
  maxOutput?: number;
  openFiles?: number;
  processes?: number;
}

export function addWishOptions(command: Command): Command {
  return command
    .option('-d, --detach', 'let it run on and say how it is called')
    .option('--name <name>', 'call it so, not as the program is called')
    .option('--cwd <folder>', 'where it runs')
    .option('-e, --env <name=value>', 'add to its environment; may be repeated', collectVariable)
    .option('-t, --tty', 'give it a terminal, as it is given unless -d where all of ours is one')
    .option('--no-tty', 'give it none')
    .option('--ttl <time>', 'end it so long after now, such as 90s, 10m or 2h', parseLength)
    .option('--queue <name>', 'let it wait for its turn in this queue')
    .option('--at-most <number>', 'with --queue: so many of it run at a time (1)', parseAmount)
    .addOption(new Option('--restart <policy>', 'with -d: when to start it again').choices(RESTARTS))
    .option('--time <time>', 'the longest it may run, such as 90s or 10m', parseLength)
    .option('--memory <size>', 'the most memory it may use with all it starts, such as 512m', parseSize)
    .option('--max-output <size>', 'the most it may print, such as 1g', parseSize)
    .option('--open-files <number>', 'the most files it may have open', parseAmount)
    .option('--processes <number>', 'the most processes it may be, threads counted', parseAmount)
    .option('--stdin', 'with -d: leave its input open, for whoever attaches')
    .option('--keep <size>', 'with -d: so much of its output is kept, such as 1g, the last of it (64m)', parseSize)
    .option('--pause-when-full', 'with -d: where that is full it waits for a reader, instead of losing the oldest');
}

/** Of a program that runs with this command. */
export function attachedWish(words: readonly string[], options: WishOptions): ParamsInput<Methods['process.run']> {
  for (const [option, value] of Object.entries(detachedOnly(options))) {
    if (value !== undefined) throw new ProtocolError('invalid_params', `--${option} goes with -d.`);
  }
  return common(words, options, options.tty ?? (!options.json && isTerminal()));
}

/** Of one that runs on. */
export function detachedWish(words: readonly string[], options: WishOptions): ParamsInput<Methods['process.start']> {
  const { stdin, keep: keepBytes, pauseWhenFull, restart } = options;
  const full = pauseWhenFull ? 'wait' : 'cut';
  return { ...common(words, options, options.tty === true), detached: true, stdin, keepBytes, full, restart };
}

function detachedOnly({ stdin, keep, pauseWhenFull, restart }: WishOptions) {
  return { stdin, keep, 'pause-when-full': pauseWhenFull, restart };
}

/** Whoever reads all of it is a person at a terminal: then the program is to have one, as if it ran here. */
function isTerminal(): boolean {
  return process.stdin.isTTY && process.stdout.isTTY && process.stderr.isTTY && isForeground();
}

function common([program = '', ...args]: readonly string[], options: WishOptions, tty: boolean) {
  const { ttl: ttlMs, queue, atMost } = options;
  if (atMost !== undefined && queue === undefined)
    throw new ProtocolError('invalid_params', '--at-most goes with --queue.');
  const { name, cwd, env, time, memory, maxOutput, openFiles, processes } = options;
  const { TERM } = process.env;
  const limits = { timeMs: time, memoryBytes: memory, outputBytes: maxOutput, openFiles, processes };
  const isLimited = Object.values(limits).some((limit) => limit !== undefined);
  return {
    program,
    args,
    name,
    cwd,
    env: tty && TERM !== undefined ? { TERM, ...env } : env,
    ...(tty && { tty, ...terminalSize() }),
    ...(isLimited && { limits }),
    ttlMs,
    ...(queue !== undefined && { queue: { name: queue, limit: atMost ?? 1 } }),
  };
}
