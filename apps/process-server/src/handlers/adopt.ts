import type { processService } from '@sextant/protocol/process';
import type { HandlerOf } from '@sextant/service/handler';
import type { Runs } from '../run/runs.ts';
import { pick } from '../run/target.ts';

export function adopt(runs: Runs): HandlerOf<typeof processService, 'process.adopt'> {
  return ({ target, detached }, { caller }) => {
    const [run] = pick(runs.list(), target, false, caller.principal);
    runs.adopt(run, caller.principal.name, detached ? undefined : caller.over);
    return run.details();
  };
}
