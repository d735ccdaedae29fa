import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import type { Endings } from '../container/endings.ts';
import { isAlive } from '../container/state.ts';
import { NEVER } from '../engine/deadline.ts';
import type { Engine } from '../engine/engine.ts';
import type { Inspected } from '../engine/look.ts';

/** The two containers of an update that is not done. */
export interface Replacement {
  readonly oldId: string;
  readonly newId: string;
  /** What the container is called. */
  readonly name: string;
  /** The old one ran before. */
  readonly ran: boolean;
}

/** Milliseconds that a program has between TERM and KILL. */
export const STOP_MS = 10_000;
/** The same where the service ends. */
const CLOSING_STOP_MS = 500;

/** What the old and the new one are called meanwhile. */
export function asideName(name: string, which: 'old' | 'new', oldId: string): string {
  return `${name}${asideEnd(which, oldId)}`;
}

/** The name without what `asideName` has added. */
export function properName(name: string, oldId: string): string {
  for (const which of ['old', 'new'] as const) {
    const end = asideEnd(which, oldId);
    if (name.endsWith(end)) return name.slice(0, -end.length);
  }
  return name;
}

function asideEnd(which: 'old' | 'new', oldId: string): string {
  return `-${which}-${oldId.slice(0, 8)}`;
}

/**
 * Puts the old container back in its place, from wherever an update has got to: each step may be done already, and the
 * new one, by whose labels all this is known, goes last.
 * @param closing aborts when the service ends: then there is no time for a program to end by itself.
 * @returns false if the old one is gone: then the new one stays.
 * @throws ProtocolError `dependency_down` if the engine does not answer: then it is to be tried again. Any other once all that can
 *   be done is done, with what cannot; as long as the old one does not have its name, the new one stays, stopped, to try again.
 */
export async function undo(
  engine: Engine,
  endings: Endings,
  replacement: Replacement,
  closing: AbortSignal,
): Promise<boolean> {
  const { oldId, newId, name, ran } = replacement;
  const [old, fresh] = await Promise.all([look(engine, oldId), look(engine, newId)]);
  if (!old || isGoing(old.State.Status)) return false;
  const failures: unknown[] = [];
  const attempt = async (act: Promise<void>): Promise<boolean> => {
    try {
      await act;
      return true;
    } catch (error) {
      if (isErrorType(error, 'dependency_down')) throw error;
      failures.push(error);
      return false;
    }
  };
  if (fresh) {
    endings.ask(newId, 0);
    await attempt(unlessGoing(engine, newId, engine.stop(newId, 0, NEVER)));
    if (nameOf(fresh) === name)
      await attempt(unlessGoing(engine, newId, engine.rename(newId, asideName(name, 'new', oldId))));
  }
  let hasName = nameOf(old) === name;
  if (!hasName) {
    if (ran && !isStartedAgain(old, fresh)) await attempt(startAgain(engine, endings, oldId, closing));
    hasName = await attempt(giveBack(engine, name, oldId));
  }
  if (fresh && hasName) await attempt(unlessGoing(engine, newId, engine.remove(newId, true)));
  if (failures.length > 0) throw failures[0];
  return true;
}

async function giveBack(engine: Engine, name: string, oldId: string): Promise<void> {
  await engine.rename(oldId, name).catch((error: unknown) => {
    if (!isErrorType(error, 'exists')) throw error;
    throw new ProtocolError(
      'exists',
      `the name ${name} is taken by another container by now; it is called ${asideName(name, 'old', oldId)} until that one is gone or renamed.`,
      {},
      { cause: error },
    );
  });
}

/** Removes the old one, which decides. */
export function discard(engine: Engine, oldId: string): Promise<void> {
  return unlessGoing(engine, oldId, engine.remove(oldId, false));
}

/** It does not matter what fails about one that is gone, or is being removed. */
async function unlessGoing(engine: Engine, id: string, act: Promise<void>): Promise<void> {
  try {
    await act;
  } catch (error) {
    const now = await look(engine, id);
    if (now && !isGoing(now.State.Status)) throw error;
  }
}

/** A stop that was broken off may be under way in the engine, and would come after the start. */
async function startAgain(engine: Engine, endings: Endings, id: string, closing: AbortSignal): Promise<void> {
  endings.ask(id, STOP_MS);
  await engine.stop(id, STOP_MS, closing).catch((error: unknown) => {
    if (!closing.aborted) throw error;
    return engine.stop(id, CLOSING_STOP_MS, NEVER);
  });
  await engine.start(id);
}

/** By an earlier try: since the new one is there, and so after any stop. */
function isStartedAgain({ State }: Inspected, fresh: Inspected | undefined): boolean {
  return isAlive(State.Status) && fresh !== undefined && Date.parse(State.StartedAt) > Date.parse(fresh.Created);
}

async function look(engine: Engine, id: string): Promise<Inspected | undefined> {
  try {
    return await engine.inspectAll(id);
  } catch (error) {
    return ignoreMissing(error);
  }
}

function nameOf({ Name }: Inspected): string {
  return Name.slice(1);
}

/** The engine is removing it, and it cannot be started any more. */
export function isGoing(state: string): boolean {
  return state === 'removing' || state === 'dead';
}

function ignoreMissing(error: unknown): undefined {
  if (!isErrorType(error, 'not_found')) throw error;
}
