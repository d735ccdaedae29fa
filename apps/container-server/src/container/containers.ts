import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import type { Call } from '@sextant/service/session/call';
import { closest } from '@sextant/service/closest';
import { nameOf } from './container.ts';
import type { Engine, Listed, Reference } from '../engine/engine.ts';
import { mayTouchForeign, needsTouch, whose, type Whose } from './access.ts';
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

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * Acts on the container that a target names: its id, the unique beginning of that, or its name.
   * @throws ProtocolError `not_found`, `conflict` if it names several, `forbidden` if this caller may not touch it.
   */
  act<T>(target: string, call: Asked, act: (id: string, knownName: string) => Promise<T>): Promise<T> {
    return this.look(target, call, (id, name) => this.#turns.take(id, call.signal, () => act(id, name)));
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
    const [oldest] = this.#known.keys();
    if (oldest !== undefined && this.#known.size > REMEMBERED) this.#known.delete(oldest);
  }
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
    missing(likely, target)
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

function missing(likely: readonly Known[], target: string): never {
  const suggestions = closest(
    target,
    likely.map(({ name }) => name),
  );
  const hint = suggestions.length > 0 ? ` Did you mean ${suggestions.join(' or ')}?` : '';
  throw new ProtocolError('not_found', `There is no container ${JSON.stringify(target)}.${hint}`, { suggestions });
}
