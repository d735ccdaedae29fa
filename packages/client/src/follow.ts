import { ProtocolError } from '@sextant/protocol/errors';
import type { ItemOf, Method, ParamsInput, ResultOf, Service } from '@sextant/protocol/method';
import type { Client, Name } from './client.ts';
import type { Clients } from './insist.ts';
import { Refusals } from './refusals.ts';

type Items<M extends Method> = AsyncGenerator<ItemOf<M>, ResultOf<M>, undefined>;

/** Streams until there is a result, as `PersistentClient.follow` says. */
export async function* follow<S extends Service, N extends Name<S>>(
  clients: Clients<S>,
  name: N,
  params: ParamsInput<S['methods'][N]>,
  signal: AbortSignal | undefined,
): Items<S['methods'][N]> {
  const refusals = new Refusals();
  const place = new Place();
  for (;;) {
    const client = await clients.client(signal);
    place.enter(client.hello.instance);
    try {
      return yield* read(client, name, place.resume(params), place, signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof ProtocolError) || !mayGoOn(error, client, name)) throw error;
      if (place.moved) refusals.forget();
      if (!client.lost) await refusals.wait(error, error, signal);
    }
  }
}

async function* read<S extends Service, N extends Name<S>>(
  client: Client<S>,
  name: N,
  params: ParamsInput<S['methods'][N]>,
  place: Place,
  signal: AbortSignal | undefined,
): Items<S['methods'][N]> {
  const stream = client.open(name, params, { signal });
  try {
    for await (const { item } of stream) if (item !== undefined && place.isNew(item)) yield item;
    return await stream.result;
  } finally {
    stream.cancel();
  }
}

/** What certainly did not begin may begin again; what was cut off goes on only where it can be told from where. */
function mayGoOn<S extends Service>(error: ProtocolError, client: Client<S>, name: Name<S>): boolean {
  return error.retry === 'safe' || (client.lost && client.service.methods[name]?.resumable === true);
}

/** How far a stream was read. */
class Place {
  /** True once an item came since the stream was last asked for. */
  moved = false;
  #since: number | undefined;
  #instance: string | undefined;

  /** @throws ProtocolError `data_loss` in another life of the service: its numbers have begun again. */
  enter(instance: string): void {
    if (this.#since !== undefined && this.#instance !== instance) throw startedAnew();
    this.#instance = instance;
    this.moved = false;
  }

  resume<Params extends object>(params: Params): Params {
    return this.#since === undefined ? params : { ...params, since: this.#since };
  }

  isNew(item: unknown): boolean {
    const seq = lastNumberOf(item);
    if (seq !== undefined && this.#since !== undefined && seq <= this.#since) return false;
    this.#since = seq ?? this.#since;
    this.moved = true;
    return true;
  }
}

/** The number of an item, or of the last one that is missing. */
function lastNumberOf(item: unknown): number | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  if ('seq' in item && typeof item.seq === 'number') return item.seq;
  return 'gap' in item ? lastMissing(item.gap) : undefined;
}

function lastMissing(gap: unknown): number | undefined {
  return typeof gap === 'object' && gap !== null && 'to' in gap && typeof gap.to === 'number' ? gap.to : undefined;
}

function startedAnew(): ProtocolError {
  return new ProtocolError(
    'data_loss',
    'The service has started anew: its numbers have begun again, and what came between is not known. Begin again too.',
  );
}
