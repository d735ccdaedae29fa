import type { containerService } from '@sextant/protocol/container';
import { ProtocolError } from '@sextant/protocol/errors';
import type { HandlerOf } from '@sextant/service/handler';
import type { Parts } from '../parts.ts';

export function pause({ engine, containers }: Parts): HandlerOf<typeof containerService, 'container.pause'> {
  return ({ target }, call) =>
    containers.act(target, call, async (id) => {
      const before = await engine.inspect(id);
      if (before.state === 'paused') return before;
      if (before.state !== 'running')
        throw new ProtocolError('conflict', `${before.name} is ${before.state}: only what runs can be paused.`);
      await engine.pause(id);
      return engine.inspect(id);
    });
}
