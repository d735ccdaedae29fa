import type { processService } from '@sextant/protocol/process';
import type { HandlerOf } from '@sextant/service/handler';
import type { Runs } from '../runs.ts';
import { pick } from '../target.ts';

export function close(runs: Runs): HandlerOf<typeof processService, 'process.close'> {
  return async ({ target, all }) => {
    const picked = pick(runs.list(), target, all);
    await Promise.all(picked.map((run) => run.end()));
    return { items: picked.map((run) => run.describe()) };
  };
}
