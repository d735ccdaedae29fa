import type { processService } from '@sextant/protocol/process';
import type { HandlerOf } from '@sextant/service/handler';
import { feed } from '../output/feed.ts';
import { forward } from '../output/forward.ts';
import type { Runs } from '../run/runs.ts';

export function run(runs: Runs): HandlerOf<typeof processService, 'process.run'> {
  return async (order, call) => {
    const { run, child } = await runs.attach(order, call.caller.id, call.signal);
    const { pid } = child;
    try {
      // Not awaited: output is read from the first moment, and waits for a slow client by itself.
      void call.send({ id: run.id, pid });
      void feed(child.stdin, call.input);
      const [{ exit, cancelled }] = await Promise.all([
        // A program that was over before the request was cancelled has won the race.
        child.exited.then((exit) => ({ exit, cancelled: call.cancelled })),
        forward(child.stdout, child.exited, call, 'stdout'),
        forward(child.stderr, child.exited, call, 'stderr'),
      ]);
      if (cancelled) throw cancelled;
      return { id: run.id, pid, ...exit };
    } finally {
      if (call.cancelled || run.running) await run.end();
    }
  };
}
