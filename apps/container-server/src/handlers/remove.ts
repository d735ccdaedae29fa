import type { containerService } from '@sextant/protocol/container';
import { ProtocolError } from '@sextant/protocol/errors';
import type { HandlerOf } from '@sextant/service/handler';
import type { Containers } from '../containers.ts';
import type { Engine } from '../engine.ts';

/** States in which a container's program is alive. */
const ALIVE = new Set(['running', 'paused', 'restarting']);

export function remove(engine: Engine, containers: Containers): HandlerOf<typeof containerService, 'container.remove'> {
  return ({ target, force }, { signal }) =>
    containers.act(target, signal, async (id) => {
      const { name, state } = await engine.inspect(id);
      if (ALIVE.has(state) && !force)
        throw new ProtocolError('conflict', `${name} is ${state}: stop it first, or remove it with force.`);
      await engine.remove(id, force);
      return { id, name, state: 'removed' };
    });
}
