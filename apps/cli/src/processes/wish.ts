import type { ParamsInput } from '@sextant/protocol/method';
import type { processService } from '@sextant/protocol/process';
import { ProtocolError } from '@sextant/protocol/errors';
import type { Command } from 'commander';
import { collectVariable, parseSize } from '../arguments.ts';

type Methods = (typeof processService)['methods'];

/** How a program is to run, as typed. */
export interface WishOptions {
  name?: string;
  cwd?: string;
  env?: Record<string, string>;
  detach?: boolean;
  stdin?: boolean;
  keep?: number;
  pauseWhenFull?: boolean;
}

export function addWishOptions(command: Command): Command {
  return command
    .option('-d, --detach', 'let it run on and say how it is called')
    .option('--name <name>', 'call it so, not as the program is called')
    .option('--cwd <folder>', 'where it runs')
    .option('-e, --env <name=value>', 'add to its environment; may be repeated', collectVariable)
    .option('--stdin', 'with -d: leave its input open, for whoever attaches')
    .option('--keep <size>', 'with -d: so much of its output is kept, such as 1g, the last of it (64m)', parseSize)
    .option('--pause-when-full', 'with -d: where that is full it waits for a reader, instead of losing the oldest');
}

/** Of a program that runs with this command. */
export function attachedWish(words: readonly string[], options: WishOptions): ParamsInput<Methods['process.run']> {
  for (const [option, value] of Object.entries({
    stdin: options.stdin,
    keep: options.keep,
    'pause-when-full': options.pauseWhenFull,
  })) {
    if (value !== undefined) throw new ProtocolError('invalid_params', `--${option} goes with -d.`);
  }
  return common(words, options);
}

/** Of one that runs on. */
export function detachedWish(words: readonly string[], options: WishOptions): ParamsInput<Methods['process.start']> {
  const { stdin, keep: keepBytes, pauseWhenFull } = options;
  return { ...common(words, options), detached: true, stdin, keepBytes, full: pauseWhenFull ? 'wait' : 'cut' };
}

function common([program = '', ...args]: readonly string[], { name, cwd, env }: WishOptions) {
  return { program, args, name, cwd, env };
}
