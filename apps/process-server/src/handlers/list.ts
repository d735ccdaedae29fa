import type { processService } from '@sextant/protocol/process';
import type { ForeignRun, Run as Plain, RunDetails } from '@sextant/protocol/process-schemas';
import type { HandlerOf } from '@sextant/service/handler';
import { pageOf } from '@sextant/service/page';
import type { Principal } from '@sextant/service/session/caller';
import { isOf, mayTouch } from '../run/access.ts';
import type { Run } from '../run/run.ts';
import type { Runs } from '../run/runs.ts';
import type { Process } from '../tree/processes.ts';

type Description = RunDetails | ForeignRun | Plain;

export function list(runs: Runs): HandlerOf<typeof processService, 'process.list'> {
  return async ({ scope, running, details, ...asked }, { caller }) => {
    const { principal } = caller;
    const known = runs.list().filter((run) => scope === 'all' || isOf(principal, run));
    const shown = running ? known.filter((run) => run.running) : known;
    const processes = details && shown.some((run) => run.running) ? await runs.look() : undefined;
    const describe = (run: Run): Description => (details ? detailsOf(run, principal, processes) : run.describe());
    const rows = rowsOf(shown, describe, asked.next);
    const { items, ...rest } = pageOf(rows, ({ key }) => key, asked);
    return { items: items.map(({ run }) => run), ...rest };
  };
}

interface Row {
  readonly key: string;
  readonly run: Description;
}

/** Those after a key, each described when it is asked for: of thousands, a page takes few. */
function* rowsOf(runs: readonly Run[], describe: (run: Run) => Description, after = ''): Generator<Row> {
  for (const run of runs) {
    const key = keyOf(run);
    if (key > after) yield { key, run: describe(run) };
  }
}

function detailsOf(run: Run, caller: Principal, processes?: readonly Process[]): Description {
  return mayTouch(caller, run) ? run.details(processes) : { ...run.describe(), owner: run.facts.owner };
}

/** Pages go upwards by key, and the newest run comes first. */
function keyOf({ facts }: Run): string {
  return String(Number.MAX_SAFE_INTEGER - facts.number).padStart(16, '0');
}
