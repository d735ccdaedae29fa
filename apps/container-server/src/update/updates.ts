import { setTimeout as sleep } from 'node:timers/promises';
import type { UpdateItem } from '@sextant/protocol/container-update';
import { isErrorType, ProtocolError, type ErrorType } from '@sextant/protocol/errors';
import type { Log } from '@sextant/service/observe/log';
import type { Call } from '@sextant/service/session/call';
import type { Containers } from '../container/containers.ts';
import type { Creation } from '../container/creation.ts';
import type { Endings } from '../container/endings.ts';
import { isAlive } from '../container/state.ts';
import { unlessAborted } from '@sextant/service/unless-aborted';
import type { Engine, Reference } from '../engine/engine.ts';
import type { Lifetimes } from '../life/lifetimes.ts';
import type { ServerId } from '../life/server-id.ts';
import { lastLines } from '../watch/last-lines.ts';
import { becomeHealthy } from './healthy.ts';
import { withMark } from './mark.ts';
import { Recovery } from './recovery.ts';
import { asideName, discard, isGoing, STOP_MS, undo, type Replacement } from './undo.ts';

/** Milliseconds for which a container is looked for that the engine was told to make, and did not answer. */
const LATE_MS = 30_000;
/** Milliseconds that all of an update may take besides becoming healthy, with an engine that is slow. */
const REST_MS = 120_000;
/** Milliseconds that the end of the service waits for what is being undone: the rest is done after its next start. */
const CLOSE_MS = 1500;

export interface Tools {
  readonly server: ServerId;
  readonly engine: Engine;
  readonly containers: Containers;
  readonly endings: Endings;
  readonly lifetimes: Pick<Lifetimes, 'follow'>;
  readonly log: Log;
}

/** Who wants an update, and for how long. */
type Asked = Pick<Call<UpdateItem>, 'signal' | 'send'>;

/**
 * Updates of containers, each a new container in the place of an old one. The new one is made first, with labels that say
 * whose place it takes; the removal of the old one is the last step, and decides. While both are there the update is not
 * done, and whoever finds them so undoes it: after a failure, a cancellation, or a sudden end of the service.
 */
export class Updates {
  readonly #tools: Tools;
  /** By the ids of the old ones. */
  readonly #underWay = new Map<string, Promise<unknown>>();
  readonly #closing = new AbortController();
  readonly #recovery: Recovery;

  constructor(tools: Tools) {
    this.#tools = tools;
    this.#recovery = new Recovery(tools, (oldId) => this.#underWay.has(oldId), this.#closing.signal);
  }

  begin(): void {
    this.#recovery.begin();
  }

  /** Undoes what is under way, as far as the end of a service has time for it. */
  async close(): Promise<void> {
    this.#closing.abort(new ProtocolError('draining', 'The service is ending.'));
    const undone = Promise.allSettled([...this.#underWay.values(), this.#recovery.idle]);
    await Promise.race([undone, sleep(CLOSE_MS, undefined, { ref: false })]);
  }

  /** Undoes what was broken off of the container that a target names. */
  settle(target: string, { signal }: Pick<Asked, 'signal'>): Promise<void> {
    return unlessAborted(signal, () => this.#recovery.settle(target));
  }

  /**
   * Puts a container made from `creation` in the place of another, whose turn it is. One that ran must be healthy within
   * `timeoutMs`.
   * @throws ProtocolError what was wrong, once the old one is back.
   */
  async replace(old: Reference, creation: Creation, timeoutMs: number, asked: Asked): Promise<Reference> {
    const signal = AbortSignal.any([asked.signal, this.#closing.signal]);
    const call = { signal, send: asked.send.bind(asked) };
    const done = this.#tools.containers.update(old, () => this.#replace(old, creation, timeoutMs, call));
    this.#underWay.set(old.id, done);
    try {
      return await done;
    } finally {
      this.#underWay.delete(old.id);
      this.#recovery.go();
    }
  }

  async #replace(old: Reference, creation: Creation, timeoutMs: number, asked: Asked): Promise<Reference> {
    const { engine, containers, lifetimes, server } = this.#tools;
    const { id: oldId, name } = old;
    // Its removal may have been waited for.
    await engine.inspect(oldId);
    asked.signal.throwIfAborted();
    void asked.send({ step: 'create' });
    const ran = isAlive(old.state);
    const mark = { replaces: oldId, ran, by: await server.get(), until: Date.now() + timeoutMs + REST_MS };
    const newId = await this.#create({ ...creation, Labels: withMark(creation.Labels, mark) }, old);
    const replacement = { oldId, newId, name, ran };
    return containers.hold(newId, async () => {
      lifetimes.follow(creation.Labels);
      let isReady = false;
      try {
        await this.#swap(replacement, timeoutMs, asked);
        isReady = true;
        void asked.send({ step: 'remove' });
        await discard(engine, oldId);
      } catch (error) {
        await this.#goBack(replacement, error, isReady, creation.Tty, asked);
      }
      containers.replaced(oldId, newId);
      return this.#left(replacement);
    });
  }

  async #create(creation: Creation, old: Reference): Promise<string> {
    try {
      return await this.#tools.engine.create(creation, asideName(old.name, 'new', old.id));
    } catch (error) {
      if (isErrorType(error, 'dependency_down')) this.#recovery.want(LATE_MS);
      if (!isErrorType(error, 'exists')) throw error;
      throw new ProtocolError('conflict', `${old.name} is being updated by another service.`, {}, { cause: error });
    }
  }

  /** Whoever takes the steps too slowly does not hold up the container. */
  async #swap({ oldId, newId, name, ran }: Replacement, timeoutMs: number, asked: Asked): Promise<void> {
    const { engine, endings } = this.#tools;
    const { signal } = asked;
    signal.throwIfAborted();
    await engine.rename(oldId, asideName(name, 'old', oldId));
    await engine.rename(newId, name);
    signal.throwIfAborted();
    if (ran) {
      void asked.send({ step: 'stop' });
      endings.ask(oldId, STOP_MS);
      await engine.stop(oldId, STOP_MS, this.#closing.signal);
      signal.throwIfAborted();
      void asked.send({ step: 'start' });
      await engine.start(newId);
      void asked.send({ step: 'wait' });
      await becomeHealthy(engine, newId, timeoutMs, signal);
    }
    signal.throwIfAborted();
  }

  /**
   * Resolves if the old one is gone after all, so that the update is done.
   * @throws what the caller is told.
   */
  async #goBack(
    replacement: Replacement,
    why: unknown,
    isReady: boolean,
    hasTerminal: boolean,
    asked: Asked,
  ): Promise<void> {
    const { engine, containers, endings } = this.#tools;
    const { oldId, newId, name, ran } = replacement;
    const mayHaveLog = !asked.signal.aborted && !isErrorType(why, 'dependency_down');
    const lines = mayHaveLog ? await lastLines(engine, newId, hasTerminal).catch(() => []) : [];
    void asked.send({ step: 'rollback' });
    const isBack = await undo(engine, endings, replacement, this.#closing.signal).catch((failure: unknown) => {
      throw told(why, this.#unfinished(replacement, failure), lines);
    });
    if (isBack) {
      containers.replaced(newId, oldId);
      throw told(why, `${name} is as it was${ran ? ', and runs again' : ''}.`, lines);
    }
    if (isReady) return;
    containers.replaced(oldId, newId);
    const { name: called, state } = await this.#left(replacement);
    const outcome = `Somebody else has removed the old one meanwhile; the new one is ${state}, and called ${called}.`;
    throw isErrorType(why, 'not_found') ? new ProtocolError('conflict', outcome) : told(why, outcome, lines);
  }

  /** What is said of an update that is not undone, which is tried again. */
  #unfinished({ oldId, name }: Replacement, failure: unknown): string {
    this.#recovery.want();
    if (isErrorType(failure, 'dependency_down'))
      return `Unless it is done, ${name} is put back as it was as soon as the engine answers.`;
    this.#tools.log.warn({ err: failure, container: oldId, name }, 'an update is not undone');
    const reason = Error.isError(failure) ? failure.message : String(failure);
    return `${name} was to be put back as it was, but: ${reason}`;
  }

  /** The new one, where the old one is gone. */
  async #left({ newId, name }: Replacement): Promise<Reference> {
    const left = await this.#tools.engine.inspect(newId).catch((error: unknown) => {
      if (!isErrorType(error, 'not_found')) throw error;
    });
    if (left && !isGoing(left.state)) return left;
    throw new ProtocolError('not_found', `${name} is gone: somebody else has removed it while it was updated.`);
  }
}

/** What was wrong, what came of it, and the last lines of the new container. */
function told(why: unknown, outcome: string, log: readonly string[]): unknown {
  if (!(why instanceof ProtocolError)) return why;
  const details = { ...why.data, ...(log.length > 0 && { log }) };
  return new ProtocolError(why.type as ErrorType, `${why.message} ${outcome}`, details, { cause: why });
}
