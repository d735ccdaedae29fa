import type { processService } from '@sextant/protocol/process';
import type { HandlerOf } from '@sextant/service/handler';
import { pageOf } from '@sextant/service/page';
import type { Run } from '../run/run.ts';
import type { Runs } from '../run/runs.ts';

export function list(runs: Runs): HandlerOf<typeof processService, 'process.list'> {
  return async ({ scope, details, ...asked }, { caller }) => {
    const shown = runs.list().filter(({ facts }) => scope === 'all' || facts.owner === caller.id);
    const processes = details && shown.some(({ running }) => running) ? await runs.look() : undefined;
    const rows = shown.map((run) => ({ key: keyOf(run), run: details ? run.details(processes) : run.describe() }));
    const { items, ...rest } = pageOf(rows, ({ key }) => key, asked);
    return { items: items.map(({ run }) => run), ...rest };
  };
}

/** Pages go upwards by key, and the newest run comes first. */
function keyOf({ facts }: Run): string {
  return String(Number.MAX_SAFE_INTEGER - facts.number).padStart(16, '0');
}
