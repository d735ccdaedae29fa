import type { PullProgress } from '@sextant/protocol/container-schemas';
import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import type { Call } from '@sextant/service/session/call';
import type { Engine } from '../engine/engine.ts';
import type { ImageDetails } from './image.ts';

/** Where progress goes, and for how long it is wanted. */
type To = Pick<Call<PullProgress>, 'signal' | 'send'>;

/** Pulls an image for a caller, who sees the progress. */
export async function pull(engine: Engine, image: string, to: To): Promise<void> {
  for await (const progress of engine.pull(image, to.signal)) await to.send(progress);
}

/** Sees to it that an image is here, as its name stands for now, pulled where that is wanted. */
export async function obtain(
  engine: Engine,
  image: string,
  when: 'missing' | 'always' | 'never',
  to: To,
): Promise<void> {
  if (when === 'always') return pull(engine, image, to);
  if (await imageIfHere(engine, image)) return;
  if (when === 'never') throw notHere(image);
  await pull(engine, image, to);
}

/** An image that the engine has already. */
export function imageIfHere(engine: Engine, image: string): Promise<ImageDetails | undefined> {
  return engine.image(image).catch((error: unknown) => {
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
