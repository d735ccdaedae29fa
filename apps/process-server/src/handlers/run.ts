import type { processService } from '@sextant/protocol/process';
import type { HandlerOf } from '@sextant/service/handler';
import { pass } from '../output/pass.ts';
import type { Runs } from '../run/runs.ts';

export function run(runs: Runs): HandlerOf<typeof processService, 'process.run'> {
  return async (order, call) => {
    const { caller } = call;
    const run = await runs.begin({ order, owner: caller.id, until: call.signal, stdin: true });
    const { id, pid } = run;
    try {
      // A program that was over before the request was cancelled has won the race.
      const over = run.exited.then((exit) => ({ exit, cancelled: call.cancelled }));
      using reader = run.output.read(0, true);
      // Not awaited: output is read from the first moment, and waits for a slow client by itself.
      void call.send({ id, pid });
      void run.input?.take(call.input).then(() => run.input?.end());
      await pass(reader, call);
      const { exit, cancelled } = await over;
      if (cancelled) throw cancelled;
      return { id, pid, ...exit };
    } finally {
      if (call.cancelled || run.running) await run.end('connection');
    }
  };
}
