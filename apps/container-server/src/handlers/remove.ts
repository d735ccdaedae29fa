import type { containerService } from '@sextant/protocol/container';
import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import type { HandlerOf } from '@sextant/service/handler';
import { isAlive } from '../container/state.ts';
import { Turns } from '../container/turns.ts';
import type { Reference } from '../engine/engine.ts';
import type { Parts } from '../parts.ts';

export function remove({ engine, containers, endings }: Parts): HandlerOf<typeof containerService, 'container.remove'> {
  const forced = new Turns();
  return ({ target, force }, call) => {
    const remove = async (id: string, knownName: string): Promise<Reference> => {
      if (force) endings.ask(id);
      // At once, for a removal takes longer than a look, and the engine itself refuses one that runs.
      const [look, removal] = await Promise.allSettled([engine.inspect(id), engine.remove(id, force)]);
      const { name, state } = look.status === 'fulfilled' ? look.value : { name: knownName, state: 'unknown' };
      if (removal.status === 'fulfilled') return { id, name, state: 'removed' };
      if (!force && isAlive(state) && isErrorType(removal.reason, 'conflict'))
        throw new ProtocolError(
          'conflict',
          `${name} is ${state}: stop it first, or remove it with force (sextant container rm -f ${name}).`,
        );
      throw removal.reason;
    };
    if (!force) return containers.act(target, call, remove);
    // It waits for others that are forced, but not for a stop, which may take long.
    return containers.look(target, call, (id, name) => forced.take(id, call.signal, () => remove(id, name)));
  };
}
