import type { containerService } from '@sextant/protocol/container';
import type { PullProgress } from '@sextant/protocol/container-schemas';
import { isErrorType } from '@sextant/protocol/errors';
import type { ParamsOf } from '@sextant/protocol/method';
import type { Call } from '@sextant/service/session/call';
import type { HandlerOf } from '@sextant/service/handler';
import type { Log } from '@sextant/service/observe/log';
import { creation } from '../container/creation.ts';
import type { Engine, Reference } from '../engine/engine.ts';
import { fullName } from '../image/image.ts';
import { notHere, pull } from '../image/pull.ts';
import type { Parts } from '../parts.ts';

type Params = ParamsOf<(typeof containerService.methods)['container.create']>;

export function create({
  engine,
  containers,
  config,
  log,
}: Parts): HandlerOf<typeof containerService, 'container.create'> {
  return async (params, call) => {
    const image = fullName(params.image);
    if (params.pull === 'always') await pull(engine, image, call);
    const make = (): Promise<string> => engine.create(creation(params, image, config.publishHost), params.name);
    const id = await make().catch(async (error: unknown) => {
      await pullMissing(error, engine, image, params, call);
      return make();
    });
    const made = await finish(engine, id, params, call.signal, log);
    containers.remember(made);
    return made;
  };
}

/** Of all that a creation names, only the image can be missing. */
async function pullMissing(
  error: unknown,
  engine: Engine,
  image: string,
  params: Params,
  call: Call<PullProgress>,
): Promise<void> {
  if (!isErrorType(error, 'not_found') || params.pull === 'always') throw error;
  if (params.pull === 'missing') return pull(engine, image, call);
  throw notHere(image);
}

/** What cannot be started, or is not wanted any more, leaves nothing behind. */
async function finish(
  engine: Engine,
  id: string,
  { start, name }: Params,
  signal: AbortSignal,
  log: Log,
): Promise<Reference> {
  try {
    signal.throwIfAborted();
    if (start) await engine.start(id);
    // The engine need not be asked for what it was just told.
    return name === undefined || start ? await engine.inspect(id) : { id, name, state: 'created' };
  } catch (error) {
    await engine
      .remove(id, true)
      .catch((failure: unknown) => log.warn({ err: failure, container: id }, 'a container is left half created'));
    throw error;
  }
}
