import type { processService } from '@sextant/protocol/process';
import type { HandlerOf } from '@sextant/service/handler';
import { pageOf } from '@sextant/service/page';
import { close as closeRun } from '../run/closing.ts';
import type { Runs } from '../run/runs.ts';
import { pick } from '../run/target.ts';

export function close(runs: Runs): HandlerOf<typeof processService, 'process.close'> {
  return async ({ target, all }, { caller }) => {
    const picked = pick(runs.list(), target, all, caller.principal);
    const ended = await Promise.all(picked.map((run) => closeRun(run)));
    const { items } = pageOf(ended, ({ id }) => id, { limit: ended.length });
    return { items, count: ended.length };
  };
}
