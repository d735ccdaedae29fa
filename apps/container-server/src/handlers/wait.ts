import type { containerService } from '@sextant/protocol/container';
import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import type { HandlerOf } from '@sextant/service/handler';
import type { Engine } from '../engine/engine.ts';
import type { Parts } from '../parts.ts';

export function wait({ engine, containers }: Parts): HandlerOf<typeof containerService, 'container.wait'> {
  return ({ target }, call) =>
    containers.look(target, call, async (id) => {
      const before = await engine.inspect(id);
      if (before.state === 'created')
        throw new ProtocolError('conflict', `${before.name} was never started, so it cannot stop: start it first.`);
      const exitCode = await engine.wait(id, call.signal);
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
