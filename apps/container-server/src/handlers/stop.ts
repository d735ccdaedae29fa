import type { containerService } from '@sextant/protocol/container';
import type { HandlerOf } from '@sextant/service/handler';
import type { Parts } from '../parts.ts';

export function stop({ engine, containers, endings }: Parts): HandlerOf<typeof containerService, 'container.stop'> {
  return ({ target, timeoutMs }, call) =>
    containers.act(target, call, async (id) => {
      endings.ask(id, timeoutMs);
      await engine.stop(id, timeoutMs, call.signal);
      return engine.inspect(id);
    });
}
