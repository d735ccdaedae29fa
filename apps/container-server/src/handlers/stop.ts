import type { containerService } from '@sextant/protocol/container';
import type { HandlerOf } from '@sextant/service/handler';
import type { Containers } from '../containers.ts';
import type { Endings } from '../endings.ts';
import type { Engine } from '../engine.ts';

export function stop(
  engine: Engine,
  containers: Containers,
  endings: Endings,
): HandlerOf<typeof containerService, 'container.stop'> {
  return ({ target, timeoutMs }, { signal }) =>
    containers.act(target, signal, async (id) => {
      endings.ask(id);
      await engine.stop(id, timeoutMs, signal);
      return engine.inspect(id);
    });
}
