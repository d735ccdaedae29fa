import type { processService } from '@sextant/protocol/process';
import type { HandlerOf } from '@sextant/service/handler';
import type { Runs } from '../run/runs.ts';
import { pick } from '../run/target.ts';

export function signal(runs: Runs): HandlerOf<typeof processService, 'process.signal'> {
  return ({ target, signal }) => {
    const [run] = pick(runs.list(), target, false);
    run.signal(signal);
    return run.describe();
  };
}
