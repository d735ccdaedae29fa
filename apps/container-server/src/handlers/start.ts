import type { containerService } from '@sextant/protocol/container';
import type { HandlerOf } from '@sextant/service/handler';
import type { Containers } from '../containers.ts';
import type { Engine } from '../engine.ts';

export function start(engine: Engine, containers: Containers): HandlerOf<typeof containerService, 'container.start'> {
  return ({ target }, { signal }) =>
    containers.act(target, signal, async (id) => {
      await engine.start(id);
      return engine.inspect(id);
    });
}
