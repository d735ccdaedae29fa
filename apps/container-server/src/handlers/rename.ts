import type { containerService } from '@sextant/protocol/container';
import type { HandlerOf } from '@sextant/service/handler';
import type { Parts } from '../parts.ts';

export function rename({ engine, containers }: Parts): HandlerOf<typeof containerService, 'container.rename'> {
  return ({ target, name }, call) =>
    containers.act(target, call, async (id) => {
      const before = await engine.inspect(id);
      if (before.name === name) return before;
      await engine.rename(id, name);
      containers.renamed(id, name);
      return { ...before, name };
    });
}
