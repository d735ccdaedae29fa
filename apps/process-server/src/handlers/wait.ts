import type { processService } from '@sextant/protocol/process';
import type { HandlerOf } from '@sextant/service/handler';
import type { Runs } from '../run/runs.ts';
import { pickOne } from '../run/target.ts';

export function wait(runs: Runs): HandlerOf<typeof processService, 'process.wait'> {
  return async ({ target }, { caller, signal }) => {
    const run = pickOne(runs.list(), target, caller.principal);
    const left = Promise.withResolvers<never>();
    const leave = (): void => left.reject(signal.reason as Error);
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
    await Promise.race([run.exited, left.promise]).finally(() => signal.removeEventListener('abort', leave));
    return run.describe();
  };
}
