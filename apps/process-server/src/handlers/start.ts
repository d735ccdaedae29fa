import type { processService } from '@sextant/protocol/process';
import type { HandlerOf } from '@sextant/service/handler';
import type { Runs } from '../run/runs.ts';

export function start(runs: Runs): HandlerOf<typeof processService, 'process.start'> {
  return async ({ detached, stdin, keepBytes, full, ...order }, { caller }) => {
    const keep = { bytes: keepBytes, wait: full === 'wait' };
    const until = detached ? undefined : caller.over;
    const run = await runs.begin({ order, owner: caller.principal.name, until, stdin, keep });
    return { id: run.id, pid: run.pid };
  };
}
