import { setTimeout as sleep } from 'node:timers/promises';
import { ProtocolError } from '@sextant/protocol/errors';
import type { RunChange } from '@sextant/protocol/process-schemas';
import { unlessAborted } from '@sextant/service/unless-aborted';
import type { Exit } from '../launch/errand.ts';
import { lastLines } from '../output/last-lines.ts';
import { mayHaveLeft } from '../tree/traces.ts';
import type { Attempt } from './attempt.ts';
import type { Restarts } from './restarts.ts';
import { GRACE_MS, type Run } from './run.ts';

/** Milliseconds that a child of a program may keep its output open before the last lines are told as they are. */
const PRINTED_MS = 2000;

/** What a run needs on its way. */
export interface Stage {
  /** Starts its program. @throws ProtocolError that says why it could not be. */
  start(): Promise<Attempt>;
  /** Told once, when it runs first. */
  begun(): void;
  tell(type: RunChange['type'], log?: string[]): void;
}

/** Takes a run from its place in the queue to the end of its last program, which is returned if there was any. */
export async function follow(run: Run, stage: Stage): Promise<Attempt | undefined> {
  let last = await begin(run, stage);
  for (let next = last; next; next = await again(run, next, stage)) last = next;
  return last;
}

async function begin(run: Run, stage: Stage): Promise<Attempt | undefined> {
  if (run.place.isWaiting) {
    stage.tell('queued');
    await unlessAborted(run.toEnd, () => run.place.granted()).catch(() => {});
  }
  try {
    if (!run.isEnding) {
      const first = await start(run, stage);
      stage.begun();
      return first;
    }
    run.fails(new ProtocolError('conflict', 'It was ended before it ran.', { reason: 'ended' }));
    stage.tell('ended');
  } catch (error) {
    run.fails(error);
    stage.tell('failed');
  }
  void run.output.close();
  return undefined;
}

async function start(run: Run, stage: Stage): Promise<Attempt> {
  const attempt = await run.begins(stage.start());
  stage.tell('started');
  if (!run.restarts) void attempt.printed.then(() => run.output.close());
  return attempt;
}

/** Waits for the end of a program; the next one, where it is started again. */
async function again(run: Run, attempt: Attempt, stage: Stage): Promise<Attempt | undefined> {
  const exit = await attempt.exited;
  const { restarts } = run;
  if (!run.isEnding && restarts?.follows(exit)) {
    const next = await restart(run, restarts, attempt, exit, stage);
    if (next) return next;
  }
  run.ends(exit);
  if (restarts) void attempt.printed.then(() => run.output.close());
  void logOf(run, attempt, exit).then((log) => stage.tell('ended', log));
  return undefined;
}

/** The next program, unless the run is to end before that. */
async function restart(
  run: Run,
  restarts: Restarts,
  attempt: Attempt,
  exit: Exit,
  stage: Stage,
): Promise<Attempt | undefined> {
  run.pauses(exit);
  let ranMs = performance.now() - attempt.since;
  stage.tell('restarting', await logOf(run, attempt, exit));
  if (mayHaveLeft({ id: run.id, pid: attempt.pid }, attempt.since)) await attempt.tree.end(GRACE_MS);
  run.clear();
  while (!run.isEnding) {
    await sleep(restarts.next(ranMs), undefined, { signal: run.toEnd, ref: false }).catch(() => {});
    if (run.isEnding) break;
    try {
      const next = await start(run, stage);
      restarts.add();
      return next;
    } catch {
      // The program is gone meanwhile, or the launcher is: it may be back the next time.
      stage.tell('restarting');
      ranMs = 0;
    }
  }
  return undefined;
}

/** The last lines of one whose end nobody asked for. */
async function logOf(run: Run, attempt: Attempt, exit: Exit): Promise<string[] | undefined> {
  if (run.endedBy !== undefined || exit.exitCode === 0 || attempt.wasSignalled(exit)) return undefined;
  const isPrinted = new AbortController();
  await Promise.race([
    attempt.printed.finally(() => isPrinted.abort()),
    sleep(PRINTED_MS, undefined, { signal: isPrinted.signal, ref: false }).catch(() => {}),
  ]);
  return lastLines(run.output, attempt.from).catch(() => []);
}
