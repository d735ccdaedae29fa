import type { UpdateItem } from '@sextant/protocol/container-update';
import { isErrorType, ProtocolError, type ErrorType } from '@sextant/protocol/errors';
import type { Log } from '@sextant/service/observe/log';
import type { Call } from '@sextant/service/session/call';
import type { Containers } from '../container/containers.ts';
import type { Creation } from '../container/creation.ts';
import type { Endings } from '../container/endings.ts';
import { isAlive } from '../container/state.ts';
import { nameOf } from '../container/container.ts';
import { pause } from '../engine/deadline.ts';
import type { Engine, Listed, Reference } from '../engine/engine.ts';
import type { ServerId } from '../life/server-id.ts';
import { lastLines } from '../watch/last-lines.ts';
import { becomeHealthy } from './healthy.ts';
import { markOf, withMark, type Mark } from './mark.ts';
import { asideName, discard, NEVER, properName, STOP_MS, undo, type Replacement } from './undo.ts';

/** Milliseconds until what could not be undone is tried again, doubled each time. */
const RETRY_MS = { first: 250, most: 5000 };

/** Milliseconds after the start: that has cost enough. */
const BEGIN_MS = 1000;
/** Milliseconds for which a container is looked for that the engine was told to make, and did not answer. */
const LATE_MS = 30_000;
/** Milliseconds that all of an update may take besides becoming healthy, with an engine that is slow. */
const REST_MS = 120_000;

interface Tools {
  readonly server: ServerId;
  readonly engine: Engine;
  readonly containers: Containers;
  readonly endings: Endings;
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
  /** Ids of the old ones. */
  readonly #underWay = new Set<string>();
  readonly #closed = new AbortController();
  #isUnsettled = false;
  /** Until when more may come to light that is to be undone. */
  #lateUntil = 0;
  #isRecovering = false;

  constructor(tools: Tools) {
    this.#tools = tools;
  }

  close(): void {
    this.#closed.abort();
  }

  /** Looks for what an earlier life of this service has broken off, where that can be. */
  begin(): void {
    if (this.#tools.server.known === undefined) return;
    void pause(BEGIN_MS, this.#closed.signal).then(() => this.recover());
  }

  /** Undoes what was broken off, as soon as the engine answers. */
  recover(): void {
    this.#isUnsettled = true;
    if (this.#isRecovering) return;
    this.#isRecovering = true;
    void this.#recover();
  }

  async #recover(): Promise<void> {
    const { signal } = this.#closed;
    for (let delayMs = RETRY_MS.first; this.#isUnsettled && !signal.aborted;) {
      this.#isUnsettled = performance.now() < this.#lateUntil;
      await this.settle().catch((error: unknown) => {
        this.#isUnsettled = true;
        if (!isErrorType(error, 'dependency_down'))
          this.#tools.log.warn({ err: error }, 'an update cannot be undone yet');
      });
      if (this.#isUnsettled) await pause(delayMs, signal);
      delayMs = Math.min(delayMs * 2, RETRY_MS.most);
    }
    this.#isRecovering = false;
  }

  /** Undoes every update that was broken off. Those of other services at this engine may be under way. */
  async settle(): Promise<void> {
    const listed = await this.#tools.engine.listOurs(true);
    const byId = new Map(listed.map((one) => [one.Id, one]));
    for (const fresh of listed) {
      const mark = markOf(fresh.Labels);
      const old = byId.get(mark?.replaces ?? '');
      if (mark && old && this.#isBrokenOff(mark)) await this.#goBack(old, fresh, mark);
    }
  }

  #isBrokenOff({ replaces, by, until }: Mark): boolean {
    return by === this.#tools.server.known ? !this.#underWay.has(replaces) : until < Date.now();
  }

  #goBack(old: Listed, fresh: Listed, { ran }: Mark): Promise<void> {
    const { engine, containers, endings, log } = this.#tools;
    const [oldId, newId, name] = [old.Id, fresh.Id, properName(nameOf(old), old.Id)];
    return containers.hold(oldId, () =>
      containers.hold(newId, async () => {
        // Somebody else may have done it while we waited.
        if (!(await engine.listOne(newId))) return;
        if (!(await undo(engine, endings, { oldId, newId, name, ran }))) return;
        containers.replaced(newId, { id: oldId, name });
        log.warn({ container: oldId, name }, 'an update was broken off, and is undone');
      }),
    );
  }

  /**
   * Puts a container made from `creation` in the place of another, whose turn it is. One that ran must be healthy within
   * `timeoutMs`.
   * @throws ProtocolError what was wrong, once the old one is back.
   */
  async replace(old: Reference, creation: Creation, timeoutMs: number, asked: Asked): Promise<Reference> {
    const { engine, containers } = this.#tools;
    const { id: oldId, name } = old;
    const ran = isAlive(old.state);
    this.#underWay.add(oldId);
    try {
      void asked.send({ step: 'create' });
      const mark = {
        replaces: oldId,
        ran,
        by: await this.#tools.server.get(),
        until: Date.now() + timeoutMs + REST_MS,
      };
      const newId = await this.#create({ ...creation, Labels: withMark(creation.Labels, mark) }, old);
      const replacement = { oldId, newId, name, ran };
      return await containers.hold(newId, async () => {
        try {
          await this.#swap(replacement, timeoutMs, asked);
        } catch (error) {
          const failure = await this.#undo(replacement, error, creation.Tty, asked);
          if (failure !== undefined) throw failure;
        }
        containers.replaced(oldId, { id: newId, name });
        return engine.inspect(newId).catch(() => ({ id: newId, name, state: ran ? 'running' : 'created' }));
      });
    } finally {
      this.#underWay.delete(oldId);
      if (this.#isUnsettled) this.recover();
    }
  }

  async #create(creation: Creation, old: Reference): Promise<string> {
    try {
      return await this.#tools.engine.create(creation, asideName(old.name, 'new', old.id));
    } catch (error) {
      if (isErrorType(error, 'dependency_down')) {
        this.#lateUntil = performance.now() + LATE_MS;
        this.#isUnsettled = true;
      }
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
    if (ran) {
      void asked.send({ step: 'stop' });
      endings.ask(oldId, STOP_MS);
      await engine.stop(oldId, STOP_MS, NEVER);
      signal.throwIfAborted();
      void asked.send({ step: 'start' });
      await engine.start(newId);
      void asked.send({ step: 'wait' });
      await becomeHealthy(engine, newId, timeoutMs, signal);
    }
    signal.throwIfAborted();
    void asked.send({ step: 'remove' });
    await discard(engine, oldId);
  }

  /** @returns what the caller is told; undefined if the old one is gone after all, so that the update is done. */
  async #undo(replacement: Replacement, why: unknown, hasTerminal: boolean, asked: Asked): Promise<unknown> {
    const { engine, containers, endings, log } = this.#tools;
    const { oldId, newId, name, ran } = replacement;
    const mayHaveLog = !asked.signal.aborted && !isErrorType(why, 'dependency_down');
    const lines = mayHaveLog ? await lastLines(engine, newId, hasTerminal).catch(() => []) : [];
    void asked.send({ step: 'rollback' });
    try {
      if (!(await undo(engine, endings, replacement))) return undefined;
      containers.replaced(newId, { id: oldId, name });
      return told(why, `${name} is as it was${ran ? ', and runs again' : ''}.`, lines);
    } catch (failure) {
      log.warn({ err: failure, container: oldId, name }, 'an update is not undone');
      if (isErrorType(failure, 'dependency_down')) {
        this.#isUnsettled = true;
        return told(why, `Unless it is done, ${name} is put back as it was as soon as the engine answers.`, lines);
      }
      const reason = Error.isError(failure) ? failure.message : String(failure);
      return told(why, `${name} was to be put back as it was, but: ${reason}`, lines);
    }
  }
}

/** What was wrong, what came of it, and the last lines of the new container. */
function told(why: unknown, outcome: string, log: readonly string[]): unknown {
  if (!(why instanceof ProtocolError)) return why;
  const details = { ...why.data, ...(log.length > 0 && { log }) };
  return new ProtocolError(why.type as ErrorType, `${why.message} ${outcome}`, details, { cause: why });
}
