import type { containerService } from '@sextant/protocol/container';
import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import type { ParamsOf } from '@sextant/protocol/method';
import type { HandlerOf } from '@sextant/service/handler';
import type { Log } from '@sextant/service/observe/log';
import { creation } from '../container/creation.ts';
import type { Engine, Reference } from '../engine/engine.ts';
import { fullName } from '../image/image.ts';
import { pull } from '../image/pull.ts';
import type { Parts } from '../parts.ts';

type Params = ParamsOf<(typeof containerService.methods)['container.create']>;

export function create({
  engine,
  containers,
  config,
  log,
  policy,
  quota,
}: Parts): HandlerOf<typeof containerService, 'container.create'> {
  return async (params, call) => {
    const image = fullName(params.image);
    const allowed = await policy.allowed(params);
    const wish = creation(allowed, image, config.publishHost, call.caller.principal.name);
    const getImage = (): Promise<void> => {
      policy.checkPull(params.image);
      return pull(engine, image, call);
    };
    if (params.pull === 'always') await getImage();
    const make = (): Promise<string> => quota.take(call, () => engine.create(wish, params.name));
    const id = await make().catch(async (error: unknown) => {
      mayPull(error, image, params);
      await getImage();
      return make();
    });
    const made = await finish(engine, id, params, call.signal, log);
    containers.remember(made, call);
    return made;
  };
}

/**
 * Of all that a creation names, only the image can be missing.
 * @throws the error, or why that one is not pulled.
 */
function mayPull(error: unknown, image: string, { pull }: Params): void {
  if (!isErrorType(error, 'not_found') || pull === 'always') throw error;
  if (pull === 'missing') return;
  throw new ProtocolError(
    'not_found',
    `The engine has no image ${JSON.stringify(image)}, and it may not be pulled: pull is "never".`,
  );
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
