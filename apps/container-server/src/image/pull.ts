import type { PullProgress } from '@sextant/protocol/container-schemas';
import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import type { Call } from '@sextant/service/session/call';
import type { Engine } from '../engine/engine.ts';
import type { Policy } from '../policy/policy.ts';
import type { ImageDetails } from './image.ts';
import { similarImages } from './images.ts';

/** Where images come from, and what of it is allowed. */
interface Source {
  readonly engine: Engine;
  readonly policy: Policy;
}

/** Where progress goes, and for how long it is wanted. */
type To = Pick<Call<PullProgress>, 'signal' | 'send'>;

/**
 * Pulls an image, telling a caller its progress.
 * @throws ProtocolError `forbidden` where the policy does not allow it, what the engine or a registry refuses; with names that the engine
 *   has and that may have been meant.
 */
export async function pull({ engine, policy }: Source, image: string, to: To): Promise<void> {
  policy.checkPull(image);
  try {
    for await (const progress of engine.images.pull(image, to.signal)) await to.send(progress);
  } catch (error) {
    const type = (['not_found', 'unavailable'] as const).find((one) => isErrorType(error, one));
    if (type === undefined || !(error instanceof ProtocolError)) throw error;
    const suggestions = similarImages(await engine.images.list(), image);
    throw new ProtocolError(type, error.message, { ...error.data, suggestions }, { cause: error });
  }
}

/** Sees to it that an image is here, as its name stands for now, pulled where that is wanted. */
export async function obtain(
  source: Source,
  image: string,
  when: 'missing' | 'always' | 'never',
  to: To,
): Promise<void> {
  if (when === 'always') return pull(source, image, to);
  if (await imageIfHere(source.engine, image)) return;
  if (when === 'never') throw notHere(image);
  await pull(source, image, to);
}

/** An image that the engine has already. */
export function imageIfHere(engine: Engine, image: string): Promise<ImageDetails | undefined> {
  return engine.images.look(image).catch((error: unknown) => {
    if (!isErrorType(error, 'not_found')) throw error;
    return undefined;
  });
}

export function notHere(image: string): ProtocolError {
  return new ProtocolError(
    'not_found',
    `The engine has no image ${JSON.stringify(image)}, and it may not be pulled: pull is "never".`,
  );
}
