import type { containerService } from '@sextant/protocol/container';
import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import type { HandlerOf } from '@sextant/service/handler';
import type { Engine, Reference } from '../engine/engine.ts';
import { isAlive } from '../container/state.ts';
import { isEmpty, isMeasured, statsOf } from '../container/stats.ts';
import type { Parts } from '../parts.ts';

export function stats({ engine, containers }: Parts): HandlerOf<typeof containerService, 'container.stats'> {
  return async ({ target, once }, call) => {
    const before = await containers.look(target, call, (id) => engine.inspect(id));
    if (!isAlive(before.state))
      throw new ProtocolError('conflict', `${before.name} is ${before.state}, so it uses nothing: start it first.`);
    for await (const sample of engine.stats(before.id, once, call.signal)) {
      if (isMeasured(sample)) await call.send(statsOf(sample));
      // Between two runs of one that is started again there is nothing either.
      if (!isEmpty(sample)) continue;
      const now = await look(engine, before);
      if (once || !isAlive(now.state)) return now;
    }
    const now = await look(engine, before);
    if (once || !isAlive(now.state)) return now;
    throw new ProtocolError('dependency_down', `The Docker engine tells no more of ${now.name}; ask again.`, {
      dependency: 'docker',
    });
  };
}

/** What it is by now, `removed` if it is gone. */
async function look(engine: Engine, before: Reference): Promise<Reference> {
  try {
    return await engine.inspect(before.id);
  } catch (error) {
    if (!isErrorType(error, 'not_found')) throw error;
    return { ...before, state: 'removed' };
  }
}
