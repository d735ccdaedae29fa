import type { containerService } from '@sextant/protocol/container';
import type { HandlerOf } from '@sextant/service/handler';
import { fullName } from '../image/image.ts';
import { pull } from '../image/pull.ts';
import type { Parts } from '../parts.ts';

export function pullImage({ engine, policy }: Parts): HandlerOf<typeof containerService, 'image.pull'> {
  return async ({ image }, call) => {
    policy.checkPull(image);
    const name = fullName(image);
    await pull(engine, name, call);
    // What was pulled has a name that the engine understands, so it is one path.
    return { id: await engine.imageId(name), name };
  };
}
