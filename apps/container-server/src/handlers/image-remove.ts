import type { containerService } from '@sextant/protocol/container';
import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import type { HandlerOf } from '@sextant/service/handler';
import { findImage } from '../image/images.ts';
import type { Parts } from '../parts.ts';

export function removeImage({ engine }: Parts): HandlerOf<typeof containerService, 'image.remove'> {
  return async ({ target, force }) => {
    const { id, name } = findImage(await engine.images.list(), target);
    const parts = await engine.images.remove(name, force).catch((error: unknown) => {
      throw inUse(error, target);
    });
    return {
      id,
      untagged: parts.flatMap(({ Untagged }) => Untagged ?? []),
      deleted: parts.flatMap(({ Deleted }) => Deleted ?? []),
    };
  };
}

/** The engine's words for it are many, and none says what to do. */
function inUse(error: unknown, target: string): unknown {
  if (!isErrorType(error, 'conflict')) return error;
  const image = `The image ${JSON.stringify(target)}`;
  const [, state = '', container] = /by (running |stopped )?container ([0-9a-f]+)/.exec(error.message) ?? [];
  const [, user = container] = /container ([0-9a-f]+) is using/.exec(error.message) ?? [];
  if (user === undefined) return error;
  const next = state === 'running ' ? 'remove that first' : 'remove that first, or the image with force';
  return new ProtocolError(
    'conflict',
    `${image} is used by the ${state}container ${user}: ${next}.`,
    {},
    { cause: error },
  );
}
