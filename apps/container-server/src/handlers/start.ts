import type { containerService } from '@sextant/protocol/container';
import type { HandlerOf } from '@sextant/service/handler';
import type { Parts } from '../parts.ts';

export function start({ engine, containers }: Parts): HandlerOf<typeof containerService, 'container.start'> {
  return ({ target }, call) =>
    containers.act(target, call, async (id) => {
      await engine.start(id);
      return engine.inspect(id);
    });
}
