import { createHash, randomBytes } from 'node:crypto';
import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import type { Call } from '@sextant/service/session/call';
import { pause } from '../engine/deadline.ts';
import type { Engine } from '../engine/engine.ts';
import type { Creation } from './creation.ts';
import { KEY } from './labels.ts';

/** Milliseconds until an engine that did not answer is asked again, doubled each time. */
const RETRY_MS = { first: 100, most: 1000 };

/** A container that was made, now or before. */
export interface Made {
  readonly id: string;
  readonly name: string;
  /** As the engine says it. */
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Marks what is made for a request: the same for each request of a caller with the same key, and no other. */
export function keyOf({ key, caller }: Pick<Call, 'key' | 'caller'>): string {
  if (key === undefined) return randomBytes(16).toString('hex');
  const text = JSON.stringify([caller.principal.name, key]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** What a container is called that was given no name. */
export function nameFor(key: string): string {
  return `sextant-${key.slice(0, 12)}`;
}

/**
 * Has the engine make a container, once. An answer that is lost is asked for again while `ms` last: the engine refuses the
 * same name twice, and whoever has the name then says by its key whether it is ours.
 * @param mayBeThere an earlier request with the same key may have made it, or be about to.
 * @throws ProtocolError with retry `unknown` where it may have been made all the same.
 */
export async function make(
  engine: Engine,
  creation: Creation,
  name: string,
  { ms, mayBeThere, signal }: { ms: number; mayBeThere: boolean; signal: AbortSignal },
): Promise<Made> {
  const until = performance.now() + ms;
  let lost: ProtocolError | undefined;
  for (let delayMs = RETRY_MS.first; ; delayMs = Math.min(delayMs * 2, RETRY_MS.most)) {
    try {
      const leftMs = Math.max(1, Math.ceil(until - performance.now()));
      const made = await makeOrFind(engine, creation, name, leftMs, mayBeThere || lost !== undefined);
      if (made) return made;
    } catch (error) {
      if (!isErrorType(error, 'dependency_down') || (!lost && error.retry !== 'unknown')) throw error;
      lost ??= error;
    }
    if (signal.aborted || performance.now() + delayMs > until) throw lost ?? stillMaking(name);
    await pause(delayMs, signal);
  }
}

/** @returns undefined where the name is taken, but nobody has it yet: the engine is still making that one. */
async function makeOrFind(
  engine: Engine,
  creation: Creation,
  name: string,
  ms: number,
  mayBeThere: boolean,
): Promise<Made | undefined> {
  try {
    const id = await engine.create(creation, name, ms);
    return { id, name, state: 'created', labels: creation.Labels };
  } catch (error) {
    if (!isErrorType(error, 'exists') || !mayBeThere) throw error;
    const holder = await holderOf(engine, name);
    if (holder && holder.labels[KEY] !== creation.Labels[KEY]) throw error;
    return holder;
  }
}

async function holderOf(engine: Engine, name: string): Promise<Made | undefined> {
  try {
    const { Id, Config, State } = await engine.inspectAll(name);
    return { id: Id, name, state: State.Status, labels: Config.Labels };
  } catch (error) {
    if (!isErrorType(error, 'not_found')) throw error;
    return undefined;
  }
}

function stillMaking(name: string): ProtocolError {
  return new ProtocolError(
    'dependency_down',
    `The Docker engine has the name ${name} but no container of that name yet; ask again with the same key.`,
    { dependency: 'docker', retry: 'unknown' },
  );
}
