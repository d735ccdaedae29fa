import { ProtocolError } from '@sextant/protocol/errors';
import { closest } from '@sextant/service/closest';
import type { Principal } from '@sextant/service/session/caller';
import { isOf, needsTouch } from './access.ts';
import type { Run } from './run.ts';

/** Characters from which on the beginning of an id is taken for one. */
const MIN_PREFIX = 4;

/**
 * The running programs that a target means, newest first: by id, pid, name, or the beginning of an id, the first of
 * these that fits; the caller's own where it fits those of others, too. Several of a name only if all are meant.
 * @throws ProtocolError `not_found` with `suggestions`, `conflict` with the `ids` that fit, or `forbidden`.
 */
export function pick(runs: readonly Run[], target: string, all: boolean, caller: Principal): [Run, ...Run[]] {
  const [first, ...others] = nearest(caller, runs.filter(isRunning), (some) => matches(some, target));
  if (!first)
    throw over(runs, target, caller) ?? missing(runs.filter(isRunning), target, (it) => `No program ${it} runs.`);
  const fitting: [Run, ...Run[]] = [first, ...others];
  if (others.length === 0 || (all && fitting.every(({ facts }) => facts.name === target))) return fitting;
  throw ambiguous(fitting);
}

/**
 * The program that a target means, running or not: one that runs rather than one that has ended, and of those that have the
 * newest. The caller's own where it fits those of others, too.
 * @throws ProtocolError `not_found` with `suggestions`, `conflict` with the `ids` that fit, or `forbidden`.
 */
export function pickOne(runs: readonly Run[], target: string, caller: Principal): Run {
  const [one, ...others] = nearest(caller, runs, (some) => {
    const living = matches(some.filter(isRunning), target);
    return living.length > 0 ? living : matches(some, target).slice(0, 1);
  });
  if (!one) throw missing(runs, target, (it) => `There is no program ${it}.`);
  if (others.length > 0) throw ambiguous([one, ...others]);
  return one;
}

function isRunning({ running }: Run): boolean {
  return running;
}

/**
 * What is found among the caller's own, else among all.
 * @throws ProtocolError `forbidden` where that is others', and not for this caller.
 */
function nearest(caller: Principal, runs: readonly Run[], find: (some: readonly Run[]) => Run[]): Run[] {
  const own = find(runs.filter((run) => isOf(caller, run)));
  if (own.length > 0) return own;
  const found = find(runs);
  for (const run of found) needsTouch(caller, run);
  return found;
}

function matches(runs: readonly Run[], target: string): Run[] {
  const ways: ((run: Run) => boolean)[] = [
    ({ id }) => id === target,
    ({ pid }) => pid !== null && String(pid) === target,
    ({ facts }) => facts.name === target,
    ({ id }) => target.length >= MIN_PREFIX && id.startsWith(target),
  ];
  return ways.map((fits) => runs.filter(fits)).find(({ length }) => length > 0) ?? [];
}

/** @param say what is wrong with the target, which is told as it stands in a message. */
function missing(runs: readonly Run[], target: string, say: (target: string) => string): ProtocolError {
  const suggestions = closest(target, [...new Set(runs.flatMap(({ id, facts }) => [facts.name, id]))]);
  const hint = suggestions.length > 0 ? ` Did you mean ${suggestions.join(' or ')}?` : '';
  return new ProtocolError('not_found', `${say(JSON.stringify(target))}${hint}`, { suggestions });
}

/** For a target that means only what has ended. */
function over(runs: readonly Run[], target: string, caller: Principal): ProtocolError | undefined {
  const [ended] = nearest(caller, runs, (some) => matches(some, target));
  if (!ended) return undefined;
  const { id, state, exitCode, signal, endedBy } = ended.describe();
  const how = state === 'exited' ? `it exited with ${exitCode}` : `${signal} ended it`;
  const why = endedBy ? 'it was ended before it ran' : 'it could not be started';
  return new ProtocolError('conflict', `Program ${id} is over already: ${state === 'failed' ? why : how}.`, {
    ids: [id],
    state,
  });
}

function ambiguous(fitting: readonly Run[]): ProtocolError {
  const ids = fitting.map(({ id }) => id);
  const shown = ids.slice(0, 10).join(', ');
  const rest = ids.length > 10 ? ` and ${ids.length - 10} more` : '';
  return new ProtocolError(
    'conflict',
    `${ids.length} programs fit: ${shown}${rest}. Name one, or say all for all of one name.`,
    { ids },
  );
}
