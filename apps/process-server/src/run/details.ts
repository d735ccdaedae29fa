import type { Run as Description, RunDetails } from '@sextant/protocol/process-schemas';
import type { Run } from './run.ts';

type Told = Pick<Run, 'facts' | 'hold' | 'output' | 'place' | 'restarts' | 'running'>;

/** What was asked for, and what holds and keeps it. */
export function detailsOf({
  facts,
  hold,
  output,
  place,
  restarts,
  running,
}: Told): Omit<RunDetails, keyof Description> {
  const { program, args, cwd, owner, tty, limits } = facts;
  const { isHeld } = hold;
  return {
    program: brief(program),
    args,
    cwd: brief(cwd),
    owner,
    detached: !isHeld,
    held: isHeld && running,
    output: output.facts,
    tty,
    ...(limits && { limits }),
    ...(restarts && { restart: restarts.policy, restarts: restarts.count }),
    ...(place.queue && { queue: place.queue }),
  };
}

/** Characters of a path that are told: a list of runs must fit its line whatever their paths are. */
const PATH = 1024;

function brief(path: string): string {
  return path.length > PATH ? `${path.slice(0, PATH)}...` : path;
}
