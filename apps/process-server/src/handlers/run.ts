import { setTimeout as sleep } from 'node:timers/promises';
import type { processService } from '@sextant/protocol/process';
import type { ItemOf } from '@sextant/protocol/method';
import type { HandlerOf } from '@sextant/service/handler';
import type { Call } from '@sextant/service/session/call';
import { pass } from '../output/pass.ts';
import type { Reader } from '../output/reader.ts';
import type { Run } from '../run/run.ts';
import type { Runs } from '../run/runs.ts';

type RunCall = Call<ItemOf<(typeof processService.methods)['process.run']>>;

/** Milliseconds between two looks at how far one has come in its queue. */
const LOOK_MS = 1000;

export function run(runs: Runs): HandlerOf<typeof processService, 'process.run'> {
  return async ({ queue, ttlMs, ...order }, call) => {
    const owner = call.caller.principal.name;
    const run = runs.ask({ order, owner, until: call.signal, stdin: true, queue, ttlMs });
    const { id, input } = run;
    // Before anybody else can: while it waits for its turn, too.
    const writer = input?.claim();
    try {
      using reader = run.output.read(0, true);
      watchOnceAdopted(run, call, reader);
      if (run.place.isWaiting) {
        await tellPosition(run, call);
        if (isLost(run, call)) throw call.signal.reason;
      }
      const pid = await run.begun;
      // A program that was over before the request was cancelled has won the race.
      const over = run.exited.then((exit) => ({ exit, cancelled: call.cancelled }));
      // Not awaited: output is read from the first moment, and waits for a slow client by itself.
      void call.send({ id, pid });
      if (writer) void input?.take(call.input, writer).then((isStillOurs) => isStillOurs && input.end());
      await pass(reader, call);
      if (isLost(run, call)) throw call.signal.reason;
      const { exit, cancelled } = await over;
      if (cancelled) throw cancelled;
      return { id, pid, ...exit };
    } finally {
      if (writer) input?.release(writer);
      if (run.hold.isBy(call.signal) && (call.cancelled || run.running)) await run.end('connection');
    }
  };
}

/** Nobody waits for it here any more, and it goes on: somebody else has it. */
function isLost({ hold }: Run, { signal }: RunCall): boolean {
  return signal.aborted && !hold.isBy(signal);
}

/** Whoever has lost it to somebody else sees what it prints as long as it stays; the program waits for it no more. */
function watchOnceAdopted(run: Run, call: RunCall, reader: Reader): void {
  run.hold.passedOn = () => {
    run.hold.passedOn = undefined;
    reader.watch();
    call.signal.addEventListener('abort', () => reader.close(), { once: true });
  };
}

/** Tells where it is in its queue, until it has its turn or nobody waits for it any more. */
async function tellPosition({ place, begun, toEnd }: Run, call: RunCall): Promise<void> {
  const isOver = new AbortController();
  const over = (): void => isOver.abort();
  begun.then(over, over);
  call.signal.addEventListener('abort', over, { once: true });
  for (let told: number | undefined; place.isWaiting && !toEnd.aborted && !call.signal.aborted;) {
    const { name = '', position = told } = place.queue ?? {};
    if (position !== undefined && position !== told) await call.send({ queue: { name, position } });
    told = position;
    await sleep(LOOK_MS, undefined, { signal: isOver.signal, ref: false }).catch(() => {});
  }
}
