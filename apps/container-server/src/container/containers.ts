import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import type { Call } from '@sextant/service/session/call';
import { closest } from '@sextant/service/closest';
import { nameOf } from './container.ts';
import type { Engine, Listed, Reference } from '../engine/engine.ts';
import { mayTouchForeign, needsTouch, whose, type Whose } from './access.ts';
import { isOurs } from './labels.ts';
import { markOf } from '../update/mark.ts';
import { Turns } from './turns.ts';

/** Containers that are remembered, the last that were searched or made: some 2 MB. */
const REMEMBERED = 10_000;

/** Who asks, and for how long. */
type Asked = Pick<Call, 'caller' | 'signal'>;

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
  /** By id. Whose one is never changes, since labels do not; its name may. */
  readonly #known = new Map<string, Known>();
  /** Ids of those that an update has put in the place of others, by the ids of these. */
  readonly #heirs = new Map<string, string>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * Acts on the container that a target names: its id, the unique beginning of that, or its name.
   * @throws ProtocolError `not_found`, `conflict` if it names several, `forbidden` if this caller may not touch it.
   */
  act<T>(target: string, call: Asked, act: (id: string, knownName: string) => Promise<T>): Promise<T> {
    return this.look(target, call, async (found, name) => {
      for (let id = found; ; id = this.#heirs.get(id) ?? id) {
        const isGone = (): boolean => this.#heirs.has(id);
        const done = await this.#turns.take(id, call.signal, async () => !isGone() && { value: await act(id, name) });
        if (done) return done.value;
      }
    });
  }

  /** Keeps the others waiting, for what must not be broken off. */
  hold<T>(id: string, act: () => Promise<T>): Promise<T> {
    return this.#turns.take(id, new AbortController().signal, act);
  }

  /** Whoever waits for a turn with one that is gone meets another in its place. */
  replaced(goneId: string, { id, name }: Pick<Known, 'id' | 'name'>): void {
    const gone = this.#known.get(goneId);
    this.#known.delete(goneId);
    if (gone) this.#keep({ ...gone, id, name });
    this.#heirs.set(goneId, id);
    trim(this.#heirs);
  }

  /** The same for what only looks: that waits for no other. */
  async look<T>(target: string, { caller }: Asked, look: (id: string, knownName: string) => Promise<T>): Promise<T> {
    const { principal } = caller;
    const known = this.#known.get(target);
    if (known) {
      needsTouch(principal, known.name, known);
      try {
        return await look(target, known.name);
      } catch (error) {
        // Gone perhaps: then the search has more to say.
        if (!isErrorType(error, 'not_found')) throw error;
        this.#known.delete(target);
      }
    }
    const found = find(await this.#engine.listAll(), target, mayTouchForeign(principal));
    this.#keep(found);
    needsTouch(principal, found.name, found);
    return look(found.id, found.name);
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
