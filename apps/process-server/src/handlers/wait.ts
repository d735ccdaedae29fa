import type { processService } from '@sextant/protocol/process';
import type { HandlerOf } from '@sextant/service/handler';
import { unlessAborted } from '@sextant/service/unless-aborted';
import type { Runs } from '../run/runs.ts';
import { pickOne } from '../run/target.ts';

export function wait(runs: Runs): HandlerOf<typeof processService, 'process.wait'> {
  return async ({ target }, { caller, signal }) => {
    const run = pickOne(runs.list(), target, caller.principal);
    await unlessAborted(signal, () => run.exited);
    return run.describe();
  };
}
