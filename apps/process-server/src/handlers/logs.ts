import type { processService } from '@sextant/protocol/process';
import type { HandlerOf } from '@sextant/service/handler';
import { placeOfLines } from '../output/lines.ts';
import { follow as follows } from '../output/pass.ts';
import { hasBegun } from '../run/has-begun.ts';
import type { Runs } from '../run/runs.ts';
import { pickOne } from '../run/target.ts';

export function logs(runs: Runs): HandlerOf<typeof processService, 'process.logs'> {
  return async ({ target, since, tail, follow }, call) => {
    const run = pickOne(runs.list(), target, call.caller.principal);
    if (follow) await hasBegun(run, call.signal);
    const { id, output } = run;
    const until = follow ? undefined : output.to;
    const from =
      since ?? (tail === undefined ? output.from : await placeOfLines(output, tail, { signal: call.signal }));
    using reader = output.read(from);
    await call.send({ since: reader.place });
    await follows(reader, call, until);
    return { id, running: run.running, output: output.facts };
  };
}
