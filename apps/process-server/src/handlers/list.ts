import type { processService } from '@sextant/protocol/process';
import type { ForeignRun, RunDetails } from '@sextant/protocol/process-schemas';
import type { HandlerOf } from '@sextant/service/handler';
import { pageOf } from '@sextant/service/page';
import type { Principal } from '@sextant/service/session/caller';
import { mayTouch } from '../run/access.ts';
import type { Run } from '../run/run.ts';
import type { Runs } from '../run/runs.ts';

export function list(runs: Runs): HandlerOf<typeof processService, 'process.list'> {
  return ({ scope, details, ...asked }, { caller }) => {
    const rows = runs
      .list()
      .filter(({ facts }) => scope === 'all' || facts.owner === caller.principal.name)
      .map((run) => ({ key: keyOf(run), run: details ? detailsOf(run, caller.principal) : run.describe() }));
    const { items, ...rest } = pageOf(rows, ({ key }) => key, asked);
    return { items: items.map(({ run }) => run), ...rest };
  };
}

function detailsOf(run: Run, caller: Principal): RunDetails | ForeignRun {
  return mayTouch(caller, run) ? run.details() : { ...run.describe(), owner: run.facts.owner };
}

/** Pages go upwards by key, and the newest run comes first. */
function keyOf({ facts }: Run): string {
  return String(Number.MAX_SAFE_INTEGER - facts.number).padStart(16, '0');
}
