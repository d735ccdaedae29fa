import type { containerService } from '@sextant/protocol/container';
import type { HandlerOf } from '@sextant/service/handler';
import { fullName } from '../image/image.ts';
import { pull } from '../image/pull.ts';
import type { Parts } from '../parts.ts';

export function pullImage(parts: Parts): HandlerOf<typeof containerService, 'image.pull'> {
  return async ({ image }, call) => {
    const name = fullName(image);
    await pull(parts, name, call);
    // What was pulled has a name that the engine understands, so it is one path.
    return { id: (await parts.engine.images.look(name)).Id, name };
  };
}
