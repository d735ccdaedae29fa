import type { PullProgress } from '@sextant/protocol/container-schemas';
import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import type { Call } from '@sextant/service/session/call';
import type { Engine } from '../engine/engine.ts';
import { similarImages } from './images.ts';

/**
 * Pulls an image, telling a caller its progress.
 * @throws ProtocolError what the engine or a registry refuses; with names that the engine has and that may have been meant.
 */
export async function pull(engine: Engine, image: string, call: Call<PullProgress>): Promise<void> {
  try {
    for await (const progress of engine.pull(image, call.signal)) await call.send(progress);
  } catch (error) {
    const type = (['not_found', 'unavailable'] as const).find((one) => isErrorType(error, one));
    if (type === undefined || !(error instanceof ProtocolError)) throw error;
    const suggestions = similarImages(await engine.listImages(), image);
    throw new ProtocolError(type, error.message, { ...error.data, suggestions }, { cause: error });
  }
}
