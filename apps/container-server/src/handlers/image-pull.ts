import type { containerService } from '@sextant/protocol/container';
import type { HandlerOf } from '@sextant/service/handler';
import { fullName } from '../image/image.ts';
import type { Parts } from '../parts.ts';

export function pullImage({ engine }: Parts): HandlerOf<typeof containerService, 'image.pull'> {
  return async ({ image }, call) => {
    const name = fullName(image);
    for await (const progress of engine.pull(name, call.signal)) await call.send(progress);
    // What was pulled has a name that the engine understands, so it is one path.
    return { id: (await engine.image(name)).Id, name };
  };
}
