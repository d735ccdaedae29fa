import type { containerService } from '@sextant/protocol/container';
import { ProtocolError } from '@sextant/protocol/errors';
import type { HandlerOf } from '@sextant/service/handler';
import { detailsOf } from '../container/details.ts';
import type { Parts } from '../parts.ts';

export function inspect({ engine, containers }: Parts): HandlerOf<typeof containerService, 'container.inspect'> {
  return ({ target }, call) =>
    containers.look(target, call, async (id) => {
      // Its ports and the engine's sentence are only in the list.
      const [listed, inspected] = await Promise.all([engine.listOne(id), engine.inspectAll(id)]);
      if (!listed) throw new ProtocolError('not_found', `There is no container ${JSON.stringify(target)} any more.`);
      return detailsOf(listed, inspected);
    });
}
