import type { processService } from '@sextant/protocol/process';
import type { HandlerOf } from '@sextant/service/handler';
import type { Runs } from '../run/runs.ts';
import { pick } from '../run/target.ts';

export function signal(runs: Runs): HandlerOf<typeof processService, 'process.signal'> {
  return ({ target, signal }, { caller }) => {
    const [run] = pick(runs.list(), target, false, caller.principal);
    run.signal(signal);
    return run.describe();
  };
}
