import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import type { RunLimits } from '@sextant/protocol/process-schemas';
import type { Order } from '../launch/program.ts';

/** What is known of a run from its beginning. */
export interface RunFacts {
  id: string;
  /** Counts the runs of a service upwards. */
  number: number;
  name: string;
  program: string;
  args: string[];
  cwd: string;
  /** The principal whose it is. */
  owner: string;
  detached: boolean;
  /** Its input is open. */
  stdin: boolean;
  /** It runs in a terminal. */
  tty: boolean;
  limits?: RunLimits | undefined;
}

export function factsOf(
  order: Order,
  more: Pick<RunFacts, 'number' | 'cwd' | 'owner' | 'detached' | 'stdin'>,
): RunFacts {
  const { program, args = [], name = (basename(program) || program).slice(0, NAME), tty, limits } = order;
  return { id: randomBytes(6).toString('hex'), name, program, args: shorten(args), tty, limits, ...more };
}

/** Characters of a name that was not given; those that were are shorter. */
const NAME = 63;

/** Characters of its arguments that are remembered of a run: its history must not hold what a client may send. */
const REMEMBERED = 2048;

function shorten(args: readonly string[]): string[] {
  let left = REMEMBERED;
  const fitting = args.findIndex((argument) => (left -= argument.length) < 0);
  return fitting === -1 ? [...args] : [...args.slice(0, fitting), `... ${args.length - fitting} more`];
}
