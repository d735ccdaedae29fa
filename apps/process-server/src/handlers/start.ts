import { ProtocolError } from '@sextant/protocol/errors';
import type { processService } from '@sextant/protocol/process';
import type { HandlerOf } from '@sextant/service/handler';
import type { Runs } from '../run/runs.ts';

export function start(runs: Runs): HandlerOf<typeof processService, 'process.start'> {
  return async ({ detached, leash, stdin, keepBytes, full, queue, restart, ttlMs, ...order }, call) => {
    if (detached && leash) throw bothAtOnce();
    const { over, principal } = call.caller;
    const keep = { bytes: keepBytes, wait: full === 'wait' };
    const until = detached || leash === false ? undefined : over;
    // Asked again with its key on another connection, it is started again.
    call.fleeting = until !== undefined;
    const run = runs.ask({ order, owner: principal.name, until, stdin, keep, queue, restart, ttlMs });
    return { id: run.id, pid: run.place.isWaiting ? null : await run.begun };
  };
}

function bothAtOnce(): ProtocolError {
  const message = "A detached program has no leash: nobody's connection ends it. Leave one of both out.";
  return new ProtocolError('invalid_params', message, { issues: [{ path: 'leash', code: 'custom', message }] });
}
