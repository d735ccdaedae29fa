import type { processService } from '@sextant/protocol/process';
import type { HandlerOf } from '@sextant/service/handler';
import { placeOfLines } from '../output/lines.ts';
import { follow } from '../output/pass.ts';
import { hasBegun } from '../run/has-begun.ts';
import type { Runs } from '../run/runs.ts';
import { pickOne } from '../run/target.ts';

export function attach(runs: Runs): HandlerOf<typeof processService, 'process.attach'> {
  return async ({ target, since, tail, input, backpressure }, call) => {
    const run = pickOne(runs.list(), target, call.caller.principal);
    // One that waits for its turn is followed from its beginning.
    const from = since ?? (run.isNew ? 0 : undefined);
    await hasBegun(run, call.signal);
    const { id, pid, output } = run;
    if (input) void run.input?.take(call.input, run.input.claim());
    using reader = output.read(from ?? (await placeOfLines(output, tail, { signal: call.signal })), backpressure);
    const isTaken = input && run.input !== undefined;
    await call.send({ id, name: run.facts.name, pid, tty: run.facts.tty, input: isTaken });
    await call.send({ since: reader.place });
    await follow(reader, call);
    return { ...(await run.exited), id, pid: run.pid, output: output.facts };
  };
}
