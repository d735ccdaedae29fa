import { isErrorType } from '@sextant/protocol/errors';
import type { Endings } from '../container/endings.ts';
import type { Engine, Reference } from '../engine/engine.ts';

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

/** Of what must not be left half done. */
export const NEVER = new AbortController().signal;

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
 * @returns false if the old one is gone: then the new one stays.
 * @throws ProtocolError `dependency_down` if the engine does not answer: then it is to be tried again. Any other once all that can
 *   be done is done, with what cannot.
 */
export async function undo(engine: Engine, endings: Endings, replacement: Replacement): Promise<boolean> {
  const { oldId, newId, name, ran } = replacement;
  const old = await look(engine, oldId);
  if (!old || isGoing(old)) return false;
  const failures: unknown[] = [];
  const attempt = (act: Promise<void>): Promise<void> =>
    act.catch((error: unknown) => {
      if (isErrorType(error, 'dependency_down')) throw error;
      failures.push(error);
    });
  const fresh = await look(engine, newId);
  if (fresh) {
    endings.ask(newId, 0);
    await attempt(engine.stop(newId, 0, NEVER).catch(ignoreMissing));
    if (fresh.name === name) await attempt(engine.rename(newId, asideName(name, 'new', oldId)));
  }
  if (old.name !== name) {
    if (ran) await attempt(startAgain(engine, endings, oldId));
    await attempt(engine.rename(oldId, name));
  }
  if (fresh) await attempt(engine.remove(newId, true).catch(ignoreMissing));
  if (failures.length > 0) throw failures[0];
  return true;
}

/** Removes the old one, which decides. */
export async function discard(engine: Engine, oldId: string): Promise<void> {
  try {
    await engine.remove(oldId, false);
  } catch (error) {
    const old = await look(engine, oldId);
    if (old && !isGoing(old)) throw error;
  }
}

/** A stop that was broken off may be under way in the engine, and would come after the start. */
async function startAgain(engine: Engine, endings: Endings, id: string): Promise<void> {
  endings.ask(id, STOP_MS);
  await engine.stop(id, STOP_MS, NEVER);
  await engine.start(id);
}

async function look(engine: Engine, id: string): Promise<Reference | undefined> {
  try {
    return await engine.inspect(id);
  } catch (error) {
    return ignoreMissing(error);
  }
}

/** The engine is removing it, and it cannot be started any more. */
function isGoing({ state }: Reference): boolean {
  return state === 'removing' || state === 'dead';
}

function ignoreMissing(error: unknown): undefined {
  if (!isErrorType(error, 'not_found')) throw error;
}
