import type { processService } from '@sextant/protocol/process';
import type { HandlerOf } from '@sextant/service/handler';
import type { Runs } from '../run/runs.ts';

export function start(runs: Runs): HandlerOf<typeof processService, 'process.start'> {
  return async ({ detached, ...order }, { caller }) => {
    const { run, child } = await runs.start(order, caller.id, detached ? undefined : caller.over);
    return { id: run.id, pid: child.pid };
  };
}
