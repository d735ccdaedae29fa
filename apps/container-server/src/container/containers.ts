import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import type { Call } from '@sextant/service/session/call';
import { closest } from '@sextant/service/closest';
import { nameOf } from './container.ts';
import type { Engine, Listed, Reference } from '../engine/engine.ts';
import { isOurs } from './labels.ts';
import { markOf } from '../update/mark.ts';
import { Turns } from './turns.ts';

/** Containers that are remembered, the last that were asked for: some 2 MB. */
const REMEMBERED = 10_000;

/** Who asks, and for how long. */
type Asked = Pick<Call, 'caller' | 'signal'>;

/** What a container is known by. */
type Known = Pick<Reference, 'id' | 'name'>;

/** Characters of an id that name a container of others: what Docker's own client shows. */
const SHORT_ID = 12;
/** Candidates of an ambiguous id that are told. */
const MAX_CANDIDATES = 10;

/** The containers made here, each acted on by one request at a time. */
export class Containers {
  readonly #engine: Engine;
  readonly #turns = new Turns();
  /** Names of containers made here, by id. What is marked once is marked for life: labels never change, but names may. */
  readonly #ours = new Map<string, string>();

  /** Ids of those that an update has put in the place of others, by the ids of these. */
  readonly #heirs = new Map<string, string>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * Acts on the container that a target names: its id, the unique beginning of that, or its name.
   * @throws ProtocolError `not_found`, `conflict` if it names several, `forbidden` if it was not made here.
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
  replaced(goneId: string, by: Known): void {
    this.#ours.delete(goneId);
    this.remember(by);
    this.#heirs.set(goneId, by.id);
    trim(this.#heirs);
  }

  /** The same for what only looks: that waits for no other. */
  async look<T>(target: string, _call: Asked, look: (id: string, knownName: string) => Promise<T>): Promise<T> {
    const knownName = this.#ours.get(target);
    if (knownName !== undefined) {
      try {
        return await look(target, knownName);
      } catch (error) {
        // Gone perhaps: then the search has more to say.
        if (!isErrorType(error, 'not_found')) throw error;
        this.#ours.delete(target);
      }
    }
    const { id, name } = find(await this.#engine.listAll(), target);
    this.remember({ id, name });
    return look(id, name);
  }

  /** Of one that was made here just now. */
  remember({ id, name }: Known): void {
    this.#ours.set(id, name);
    trim(this.#ours);
  }
}

function trim(remembered: Map<string, string>): void {
  const [oldest] = remembered.keys();
  if (oldest !== undefined && remembered.size > REMEMBERED) remembered.delete(oldest);
}

function find(listed: readonly Listed[], target: string): Known {
  const ours = listed.filter(({ Labels }) => isOurs(Labels)).map(known);
  const found = exactly(ours, target) ?? beginning(ours, target);
  if (found) return found;
  const others = listed.filter(({ Labels }) => !isOurs(Labels)).map(known);
  if (exactly(others, target) ?? (target.length >= SHORT_ID && others.some(({ id }) => id.startsWith(target)))) {
    throw new ProtocolError(
      'forbidden',
      `${JSON.stringify(target)} was not made by this service, so it is left alone.`,
    );
  }
  throw updated(listed, target) ?? missing(ours, target);
}

function known(listed: Listed): Known {
  return { id: listed.Id, name: nameOf(listed) };
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
    {
      suggestions: [name],
    },
  );
}

function missing(ours: readonly Known[], target: string): ProtocolError {
  const suggestions = closest(
    target,
    ours.map(({ name }) => name),
  );
  const hint = suggestions.length > 0 ? ` Did you mean ${suggestions.join(' or ')}?` : '';
  return new ProtocolError('not_found', `There is no container ${JSON.stringify(target)}.${hint}`, { suggestions });
}
