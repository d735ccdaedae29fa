import type { processService } from '@sextant/protocol/process';
import type { HandlerOf } from '@sextant/service/handler';
import { pageOf } from '@sextant/service/page';
import type { Runs } from '../run/runs.ts';
import { pick } from '../run/target.ts';

export function close(runs: Runs): HandlerOf<typeof processService, 'process.close'> {
  return async ({ target, all }) => {
    const picked = pick(runs.list(), target, all);
    await Promise.all(picked.map((run) => run.end('close')));
    const ended = picked.map((run) => run.describe());
    const { items } = pageOf(ended, ({ id }) => id, { limit: ended.length });
    return { items, count: ended.length };
  };
}
