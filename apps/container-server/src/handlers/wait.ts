import type { containerService } from '@sextant/protocol/container';
import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import type { HandlerOf } from '@sextant/service/handler';
import type { Containers } from '../containers.ts';
import type { Engine } from '../engine.ts';

export function wait(engine: Engine, containers: Containers): HandlerOf<typeof containerService, 'container.wait'> {
  return ({ target }, { signal }) =>
    containers.look(target, async (id) => {
      const before = await engine.inspect(id);
      if (before.state === 'created')
        throw new ProtocolError('conflict', `${before.name} was never started, so it cannot stop: start it first.`);
      const exitCode = await engine.wait(id, signal);
      return { ...before, ...(await ending(engine, id)), exitCode };
    });
}

/** What is left to tell of one that has stopped: it may be removed by now. */
async function ending(engine: Engine, id: string): Promise<{ name?: string; state: string; oomKilled?: boolean }> {
  try {
    const { Name, State } = await engine.inspectAll(id);
    return { name: Name.slice(1), state: State.Status, oomKilled: State.OOMKilled };
  } catch (error) {
    if (!isErrorType(error, 'not_found')) throw error;
    return { state: 'removed' };
  }
}
