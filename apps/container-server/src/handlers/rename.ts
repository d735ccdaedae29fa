import type { containerService } from '@sextant/protocol/container';
import type { HandlerOf } from '@sextant/service/handler';
import type { Containers } from '../containers.ts';
import type { Engine } from '../engine.ts';

export function rename(engine: Engine, containers: Containers): HandlerOf<typeof containerService, 'container.rename'> {
  return ({ target, name }, { signal }) =>
    containers.act(target, signal, async (id) => {
      const before = await engine.inspect(id);
      if (before.name === name) return before;
      await engine.rename(id, name);
      const renamed = { ...before, name };
      containers.remember(renamed);
      return renamed;
    });
}
