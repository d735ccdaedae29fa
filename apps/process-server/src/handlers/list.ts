import type { processService } from '@sextant/protocol/process';
import type { HandlerOf } from '@sextant/service/handler';
import { pageOf } from '@sextant/service/page';
import type { Run } from '../run/run.ts';
import type { Runs } from '../run/runs.ts';

export function list(runs: Runs): HandlerOf<typeof processService, 'process.list'> {
  return ({ scope, details, ...asked }, { caller }) => {
    const rows = runs
      .list()
      .filter(({ facts }) => scope === 'all' || facts.owner === caller.id)
      .map((run) => ({ key: keyOf(run), run: details ? run.details() : run.describe() }));
    const { items, ...rest } = pageOf(rows, ({ key }) => key, asked);
    return { items: items.map(({ run }) => run), ...rest };
  };
}

/** Pages go upwards by key, and the newest run comes first. */
function keyOf({ facts }: Run): string {
  return String(Number.MAX_SAFE_INTEGER - facts.number).padStart(16, '0');
}
