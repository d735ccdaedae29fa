import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import type { Call } from '@sextant/service/session/call';
import { closest } from '@sextant/service/closest';
import { nameOf } from './container.ts';
import { NEVER } from '../engine/deadline.ts';
import type { Engine, Listed, Reference } from '../engine/engine.ts';
import { mayTouchForeign, needsTouch, whose, type Whose } from './access.ts';
import { isOurs } from './labels.ts';
import { markOf } from '../update/mark.ts';
import { Turns } from './turns.ts';

/** Containers that are remembered, the last that were searched or made: some 2 MB. */
const REMEMBERED = 10_000;

/** Who asks, and for how long. */
type Asked = Pick<Call, 'caller' | 'signal'>;

/** What is done about a container, which was last known by that name here. */
type Act<T> = (id: string, knownName: string) => Promise<T>;

/** What a container is known by. */
interface Known extends Whose, Pick<Reference, 'id' | 'name'> {}

/** Characters of an id that name a container of others: what Docker's own client shows. */
const SHORT_ID = 12;
/** Candidates of an ambiguous id that are told. */
const MAX_CANDIDATES = 10;

/** The containers that callers may touch, each acted on by one request at a time. */
export class Containers {
  readonly #engine: Engine;
  readonly #turns = new Turns();
  /** What is forced waits only for others that are, and for updates: a stop may take long. */
  readonly #forced = new Turns();
  /** By id. Whose one is never changes, since labels do not; its name may. */
  readonly #known = new Map<string, Known>();
  /** Ids of those that an update has put in the place of others, by the ids of these. */
  readonly #heirs = new Map<string, string>();
  /** Ids of those that are being updated, by their names, which they do not have all the time then. */
  readonly #updated = new Map<string, string>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * Acts on the container that a target names: its id, the unique beginning of that, or its name.
   * @throws ProtocolError `not_found`, `conflict` if it names several, `forbidden` if this caller may not touch it.
   */
  act<T>(target: string, call: Asked, act: Act<T>): Promise<T> {
    return this.#inTurn(this.#turns, target, call, act);
  }

  /** The same for what does not wait for acts, but for updates. */
  force<T>(target: string, call: Asked, act: Act<T>): Promise<T> {
    return this.#inTurn(this.#forced, target, call, act);
  }

  /** The same for what only looks: that waits for no other. */
  async look<T>(target: string, call: Asked, look: Act<T>): Promise<T> {
    return this.#reach(await this.#find(target, call), target, call, look);
  }

  /** Keeps all others waiting, for what must not be broken off. */
  hold<T>(id: string, act: () => Promise<T>): Promise<T> {
    return this.#turns.take(id, NEVER, () => this.#forced.take(id, NEVER, act, Infinity), Infinity);
  }

  /** Updates the container whose turn it is: what is forced waits too. */
  async update<T>({ id, name }: Pick<Known, 'id' | 'name'>, update: () => Promise<T>): Promise<T> {
    this.#updated.set(name, id);
    try {
      return await this.#forced.take(id, NEVER, update, Infinity);
    } finally {
      this.#updated.delete(name);
    }
  }

  /** Whoever waits for a turn with one that is gone meets another in its place. */
  replaced(goneId: string, id: string): void {
    this.#known.delete(goneId);
    this.#known.delete(id);
    this.#heirs.set(goneId, id);
    trim(this.#heirs);
  }

  async #inTurn<T>(turns: Turns, target: string, call: Asked, act: Act<T>): Promise<T> {
    let known = await this.#find(this.#updated.get(target) ?? target, call);
    for (;;) {
      const { id } = known;
      const done = await turns.take(
        id,
        call.signal,
        async () => !this.#heirs.has(id) && { value: await this.#reach(known, target, call, act) },
      );
      if (done) return done.value;
      known = await this.#find(this.#heirs.get(id) ?? target, call);
    }
  }

  /** @throws ProtocolError what the search says where it fails because the container is gone by now, for that has more to say. */
  async #reach<T>({ id, name }: Known, target: string, { caller }: Asked, act: Act<T>): Promise<T> {
    try {
      return await act(id, name);
    } catch (error) {
      if (!isErrorType(error, 'not_found')) throw error;
      const listed = await this.#engine.listAll();
      if (listed.some(({ Id }) => Id === id)) throw error;
      this.#known.delete(id);
      find(listed, target, mayTouchForeign(caller.principal));
      throw error;
    }
  }

  /** The one that is meant, if this caller may touch it. */
  async #find(target: string, { caller: { principal } }: Asked): Promise<Known> {
    let known = this.#known.get(target);
    if (!known) {
      known = find(await this.#engine.listAll(), target, mayTouchForeign(principal));
      this.#keep(known);
    }
    needsTouch(principal, known.name, known);
    return known;
  }

  /** Of one that this caller has made here just now. */
  remember({ id, name }: Pick<Known, 'id' | 'name'>, { caller }: Pick<Call, 'caller'>): void {
    this.#keep({ id, name, isForeign: false, owner: caller.principal.name });
  }

  renamed(id: string, name: string): void {
    const known = this.#known.get(id);
    if (known) this.#keep({ ...known, name });
  }

  #keep(known: Known): void {
    this.#known.delete(known.id);
    this.#known.set(known.id, known);
    trim(this.#known);
  }
}

function trim(remembered: Map<string, unknown>): void {
  const [oldest] = remembered.keys();
  if (oldest !== undefined && remembered.size > REMEMBERED) remembered.delete(oldest);
}

/** What was not made here is found like the rest by those who may touch it; by others only where it is clearly meant. */
function find(listed: readonly Listed[], target: string, withForeign: boolean): Known {
  const all = listed.map(knownOf);
  const likely = withForeign ? all : all.filter(({ isForeign }) => !isForeign);
  return (
    exactly(likely, target) ??
    beginning(likely, target) ??
    exactly(all, target) ??
    (target.length >= SHORT_ID ? all.find(({ id }) => id.startsWith(target)) : undefined) ??
    nothing(listed, likely, target)
  );
}

function knownOf(listed: Listed): Known {
  return { id: listed.Id, name: nameOf(listed), ...whose(listed.Labels) };
}

function exactly(containers: readonly Known[], target: string): Known | undefined {
  return containers.find(({ id }) => id === target) ?? containers.find(({ name }) => name === target);
}

function beginning(containers: readonly Known[], target: string): Known | undefined {
  const found = containers.filter(({ id }) => id.startsWith(target));
  if (found.length < 2) return found[0];
  const candidates = found.slice(0, MAX_CANDIDATES).map(({ id, name }) => ({ id, name }));
  throw new ProtocolError(
    'conflict',
    `${found.length} ids begin with ${JSON.stringify(target)}; write more of it, or the name.`,
    {
      candidates,
    },
  );
}

function nothing(listed: readonly Listed[], likely: readonly Known[], target: string): never {
  throw updated(listed, target) ?? missing(likely, target);
}

/** One whose id was an older one before its last update. */
function updated(listed: readonly Listed[], target: string): ProtocolError | undefined {
  const now = listed.find(
    ({ Labels }) => isOurs(Labels) && target.length >= SHORT_ID && markOf(Labels)?.replaces.startsWith(target),
  );
  if (!now) return undefined;
  const name = nameOf(now);
  return new ProtocolError(
    'not_found',
    `Container ${JSON.stringify(target)} was updated, and has another id: ${name}.`,
    { suggestions: [name] },
  );
}

function missing(likely: readonly Known[], target: string): ProtocolError {
  const suggestions = closest(
    target,
    likely.map(({ name }) => name),
  );
  const hint = suggestions.length > 0 ? ` Did you mean ${suggestions.join(' or ')}?` : '';
  return new ProtocolError('not_found', `There is no container ${JSON.stringify(target)}.${hint}`, { suggestions });
}
