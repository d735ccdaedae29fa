import type { containerService } from '@sextant/protocol/container';
import { ProtocolError } from '@sextant/protocol/errors';
import type { HandlerOf } from '@sextant/service/handler';
import type { Parts } from '../parts.ts';

export function unpause({ engine, containers }: Parts): HandlerOf<typeof containerService, 'container.unpause'> {
  return ({ target }, call) =>
    containers.act(target, call, async (id) => {
      const before = await engine.inspect(id);
      if (before.state === 'running') return before;
      if (before.state !== 'paused')
        throw new ProtocolError('conflict', `${before.name} is ${before.state}, not paused: start it.`);
      await engine.unpause(id);
      return engine.inspect(id);
    });
}
