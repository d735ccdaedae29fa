import { exitCodeOf, ExitCode } from '../exit-code.ts';
import { print, printJson, say, sayError } from '../output.ts';
import { showing } from '../progress.ts';
import type { Launch, Listening } from './child.ts';
import { hintsFor } from './hints.ts';
import { labelOf, reportOf } from './report.ts';
import { keepRunning } from './restart.ts';
import { startAll, type Outcome } from './start.ts';
import { listenForStop, type Stop } from './stop.ts';
import { Supervisor } from './supervisor.ts';

/** Starts services, shows a table of them, and keeps them running until asked to stop. */
export async function serve(launches: readonly Launch[]): Promise<void> {
  using stop = listenForStop(() => supervisor.kill());
  await using supervisor = new Supervisor();
  const outcomes = await started(supervisor, launches, stop);
  if (!outcomes) return;
  const { table, names, remarks } = await reportOf(outcomes);
  print(table);
  for (const remark of remarks) say(remark);
  say(hintsFor(outcomes, names));
  const running = outcomes.filter((outcome) => outcome.state === 'running');
  if (running.length === 0) {
    const failed = outcomes.find((outcome) => outcome.state === 'not running');
    process.exitCode = failed ? exitCodeOf(failed.error) : ExitCode.ok;
    return;
  }
  for (const [child, [outcome, ...others]] of Map.groupBy(running, ({ child }) => child)) {
    if (!outcome) continue;
    const { service, flags } = outcome.launch;
    // What is started again keeps its name; of several peers, each is given a free one.
    const name = others.length === 0 ? names.get(outcome) : undefined;
    const launch = { ...outcome.launch, flags: { ...flags, ...(name !== undefined && { name }) } };
    const label = others.length === 0 ? labelOf(service, name) : `${service} (${others.length + 1} peers)`;
    void keepRunning(supervisor, { launch, child, label }, stop.signal);
  }
  await stop.asked;
  say('Stopping everything.');
}

/**
 * Starts services for a script: prints one JSON line for each that listens, and serves until asked to stop or until none
 * is left. What ends is not started again.
 */
export async function serveJson(launches: readonly Launch[]): Promise<void> {
  using stop = listenForStop(() => supervisor.kill());
  await using supervisor = new Supervisor();
  const over = startAll(supervisor, launches).map(async (starting) => {
    const outcomes = await starting;
    if (stop.signal.aborted) return;
    for (const outcome of outcomes) {
      if (outcome.state === 'running') printListening(outcome.address);
      else process.exitCode ??= sayWhyNot(outcome);
    }
    const [first] = outcomes;
    if (first?.state !== 'running') return;
    const how = await first.child.ended;
    if (!stop.signal.aborted) say(`${first.launch.service} ended ${how}.`);
  });
  await Promise.race([stop.asked, Promise.all(over)]);
  process.exitCode = stop.signal.aborted ? ExitCode.ok : (process.exitCode ?? ExitCode.failed);
}

/** The services once all have reported; undefined if stopped before. */
async function started(
  supervisor: Supervisor,
  launches: readonly Launch[],
  stop: Stop,
): Promise<Outcome[] | undefined> {
  const all = Promise.all(startAll(supervisor, launches));
  const outcomes = await showing('Starting', Promise.race([all, stop.asked]));
  return stop.signal.aborted ? undefined : outcomes?.flat();
}

function printListening({ service, host, port, pid }: Listening): void {
  printJson({ service, host, port, pid });
}

function sayWhyNot(outcome: Exclude<Outcome, { state: 'running' }>): ExitCode {
  const { service } = outcome.launch;
  if (outcome.state === 'already running') {
    sayError(`${service} is already running on port ${outcome.address.port}.`);
    return ExitCode.failed;
  }
  sayError(`${service}: ${Error.isError(outcome.error) ? outcome.error.message : String(outcome.error)}`);
  return exitCodeOf(outcome.error);
}
