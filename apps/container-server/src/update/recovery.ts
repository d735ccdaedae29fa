import { isErrorType } from '@sextant/protocol/errors';
import { nameOf } from '../container/container.ts';
import { KEY, OWNER } from '../container/labels.ts';
import { pause } from '../engine/deadline.ts';
import type { Listed } from '../engine/engine.ts';
import { markOf, type Mark } from './mark.ts';
import type { Tools } from './updates.ts';
import { properName, undo } from './undo.ts';

/** Milliseconds after the start: that has cost enough. */
const BEGIN_MS = 1000;
/** Milliseconds until what could not be undone is tried again, doubled each time. */
const RETRY_MS = { first: 250, most: 5000 };

/** An update that was broken off. */
interface Broken {
  readonly old: Listed;
  readonly fresh: Listed;
  readonly mark: Mark;
  /** What the two are about. */
  readonly name: string;
}

/** Undoes updates that were broken off, by a loss of the engine or a sudden end of a service. */
export class Recovery {
  readonly #tools: Tools;
  readonly #isUnderWay: (oldId: string) => boolean;
  readonly #closing: AbortSignal;
  #isWanted = false;
  #isRunning = false;
  /** Until when more may come to light. */
  #lateUntil = 0;
  readonly #undoing = new Set<Promise<void>>();
  /** What was logged last. */
  #said = '';

  constructor(tools: Tools, isUnderWay: (oldId: string) => boolean, closing: AbortSignal) {
    this.#tools = tools;
    this.#isUnderWay = isUnderWay;
    this.#closing = closing;
  }

  /** Settles when nothing is being undone. */
  get idle(): Promise<unknown> {
    return Promise.allSettled(this.#undoing);
  }

  /** Looks for what an earlier life of this service has broken off, where that can be. */
  begin(): void {
    if (this.#tools.server.known === undefined) return;
    this.want();
    void pause(BEGIN_MS, this.#closing).then(() => this.go());
  }

  /** There is something to undo once it is not under way any more, or there may be for so long. */
  want(lateMs = 0): void {
    this.#isWanted = true;
    this.#lateUntil = Math.max(this.#lateUntil, performance.now() + lateMs);
  }

  /** Undoes what is to be undone, as soon as the engine answers. */
  go(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    for (let delayMs = RETRY_MS.first; this.#isWanted && !this.#closing.aborted;) {
      this.#isWanted = performance.now() < this.#lateUntil;
      try {
        await this.#undoAll((await this.#broken()).updates);
      } catch (error) {
        this.#isWanted = true;
        this.#say(error);
      }
      if (this.#isWanted) await pause(delayMs, this.#closing);
      delayMs = Math.min(delayMs * 2, RETRY_MS.most);
    }
    this.#isRunning = false;
  }

  /** Undoes what was broken off of the container that is meant, and the rest meanwhile. */
  async settle(target: string): Promise<void> {
    const broken = await this.#broken();
    const holder = broken.listed.find(({ Id }) => Id.startsWith(target)) ?? named(broken.listed, target);
    const meant = broken.updates.filter(({ old, fresh, name }) =>
      holder ? holder === old || holder === fresh : name === target,
    );
    if (meant.length < broken.updates.length) {
      this.want();
      this.go();
    }
    await this.#undoAll(meant);
  }

  /** Those of other services at this engine may be under way until their time is over. */
  async #broken(): Promise<{ listed: Listed[]; updates: Broken[] }> {
    const listed = await this.#tools.engine.listOurs(true);
    const byId = new Map(listed.map((one) => [one.Id, one]));
    const updates = listed.flatMap((fresh) => {
      const mark = markOf(fresh.Labels);
      const old = byId.get(mark?.replaces ?? '');
      if (!mark || !old || !isOfOneMaking(old, fresh) || !this.#isBrokenOff(mark)) return [];
      return [{ old, fresh, mark, name: properName(nameOf(old), old.Id) }];
    });
    return { listed, updates };
  }

  #isBrokenOff({ replaces, by, until }: Mark): boolean {
    return by === this.#tools.server.known ? !this.#isUnderWay(replaces) : until < Date.now();
  }

  /** One that cannot be undone does not keep the others from it. */
  async #undoAll(updates: readonly Broken[]): Promise<void> {
    const failures: unknown[] = [];
    for (const one of updates) {
      this.#closing.throwIfAborted();
      const undone = this.#undo(one);
      this.#undoing.add(undone);
      try {
        await undone;
      } catch (error) {
        if (isErrorType(error, 'dependency_down')) throw error;
        failures.push(error);
      } finally {
        this.#undoing.delete(undone);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  #undo({ old, fresh, mark: { ran }, name }: Broken): Promise<void> {
    const { engine, containers, endings, log } = this.#tools;
    const [oldId, newId] = [old.Id, fresh.Id];
    return containers.hold(oldId, () =>
      containers.hold(newId, async () => {
        // Somebody else may have done it while we waited.
        if (!(await engine.listOne(newId))) return;
        if (!(await undo(engine, endings, { oldId, newId, name, ran }, this.#closing))) return;
        containers.replaced(newId, oldId);
        log.warn({ container: oldId, name }, 'an update was broken off, and is undone');
      }),
    );
  }

  /** Once, however often it is tried again. */
  #say(error: unknown): void {
    if (isErrorType(error, 'dependency_down') || this.#closing.aborted) return;
    const message = Error.isError(error) ? error.message : String(error);
    if (message !== this.#said) this.#tools.log.warn({ err: error }, 'an update cannot be undone yet; tries again');
    this.#said = message;
  }
}

/** An image may bring any label; but the owner and the key of a container are those that this service gave it. */
function isOfOneMaking(old: Listed, fresh: Listed): boolean {
  return Boolean(old.Labels[KEY]) && [KEY, OWNER].every((name) => old.Labels[name] === fresh.Labels[name]);
}

function named(listed: readonly Listed[], name: string): Listed | undefined {
  return listed.find((one) => nameOf(one) === name);
}
