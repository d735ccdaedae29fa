import type { containerService } from '@sextant/protocol/container';
import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import type { HandlerOf } from '@sextant/service/handler';
import { isAlive } from '../container/state.ts';
import type { Reference } from '../engine/engine.ts';
import type { Parts } from '../parts.ts';

export function remove({ engine, containers, endings }: Parts): HandlerOf<typeof containerService, 'container.remove'> {
  return ({ target, force }, call) => {
    const remove = async (id: string, name: string): Promise<Reference> => {
      if (force) endings.ask(id, 0);
      try {
        await engine.remove(id, force);
        return { id, name, state: 'removed' };
      } catch (error) {
        if (force || !isErrorType(error, 'conflict')) throw error;
        const now = await engine.inspect(id).catch(() => undefined);
        if (!now || !isAlive(now.state)) throw error;
        throw new ProtocolError(
          'conflict',
          `${now.name} is ${now.state}: stop it first, or remove it with force (sextant container rm -f ${now.name}).`,
        );
      }
    };
    return force ? containers.force(target, call, remove) : containers.act(target, call, remove);
  };
}
