import type { Client } from '@sextant/client/client';
import { containerService } from '@sextant/protocol/container';
import { isErrorType } from '@sextant/protocol/errors';
import type { Command } from 'commander';
import { listContainers } from '../containers/list.ts';
import { LiveStats } from '../containers/live-stats.ts';
import { followStats, MOST_LIVE, type Usage } from '../containers/stats.ts';
import { statsTable } from '../containers/stats-table.ts';
import { exitCodeOf } from '../exit-code.ts';
import { interruptible } from '../interrupt.ts';
import { listenForLeaving } from '../keys.ts';
import { LiveText } from '../live-text.ts';
import { print, printJson, say, sayError } from '../output.ts';
import { SELF } from '../self.ts';
import { withService, type CommonOptions } from '../service.ts';
import { runningContainers } from '../completion/names.ts';
import { completed } from '../completion/source.ts';

interface StatsOptions extends CommonOptions {
  /** False with `--no-stream`. */
  stream: boolean;
}

type Named = { id: string; name: string };
type Containers = Client<typeof containerService>;

const HELP = `
Containers that start while it is shown appear, those that stop disappear; where some are named, it ends with the last of them.

  $ ${SELF} container stats
  $ ${SELF} container stats web db
  $ ${SELF} container stats --no-stream --json`;

export function addContainerStatsCommand(container: Command): void {
  container
    .command('stats')
    .description('show what containers use, live on a terminal until q or Ctrl-C')
    .addArgument(
      completed('[container...]', 'names, ids or beginnings of ids; all that run unless given', runningContainers),
    )
    .option('--no-stream', 'once')
    .addHelpText('after', HELP)
    .action((targets: string[], _options, command: Command) =>
      interruptible((signal) => showStats(targets, command.optsWithGlobals(), signal)),
    );
}

async function showStats(targets: readonly string[], options: StatsOptions, signal: AbortSignal): Promise<void> {
  const isLive = options.stream && process.stdout.isTTY && !options.json;
  const once = !options.stream || (!options.json && !isLive);
  await withService(containerService, options, async (containers) => {
    if (once) return showOnce(containers, targets, options.json === true, signal);
    using leaving = isLive ? listenForLeaving() : undefined;
    using live = isLive ? new LiveText(process.stdout) : undefined;
    const until = leaving ? AbortSignal.any([signal, leaving.signal]) : signal;
    const follow = targets.length > 0 ? followSome : followAll;
    try {
      await follow(containers, targets, until, (usage, text) => {
        live?.show(text());
        if (!live && usage) printJson(usage);
      });
    } catch (error) {
      if (!leaving?.signal.aborted) throw error;
    }
  });
}

async function showOnce(
  containers: Containers,
  targets: readonly string[],
  json: boolean,
  signal: AbortSignal,
): Promise<void> {
  const found = targets.length > 0 ? await lookUp(containers, targets) : await listContainers(containers, false);
  if (found.length === 0 && targets.length === 0 && !json)
    say(`No container runs. Create one: ${SELF} container create web nginx --port 8081:80`);
  const usages = new Map<string, Usage>();
  const failures = await followStats(containers, found, true, signal, (usage) => {
    usages.set(usage.id, usage);
    if (json) printJson(usage);
  });
  signal.throwIfAborted();
  if (!json && usages.size > 0) print(tableOf(found, usages));
  // Of all that run, some may be nobody's business but their owners'.
  failures.filter((error) => targets.length > 0 || !isErrorType(error, 'forbidden')).forEach(fail);
}

/** Told what one uses, and how the table of all looks then. */
type Show = (usage: Usage | undefined, text: () => string) => void;

/** All that run: those that start appear, those that stop disappear. */
async function followAll(
  containers: Containers,
  _targets: readonly string[],
  signal: AbortSignal,
  show: Show,
): Promise<void> {
  const stats = new LiveStats(containers, signal, (usage) => show(usage, () => stats.text()));
  await stats.follow();
}

/** Those that were named, until they have stopped. */
async function followSome(
  containers: Containers,
  targets: readonly string[],
  signal: AbortSignal,
  show: Show,
): Promise<void> {
  const found = await lookUp(containers, targets);
  const shown = found.slice(0, MOST_LIVE);
  if (shown.length < found.length)
    say(`Only ${MOST_LIVE} of ${found.length} are followed at a time; with --no-stream all are shown once.`);
  const latest = new Map<string, Usage>();
  const failures = await followStats(containers, shown, false, signal, (usage) => {
    latest.set(usage.id, usage);
    show(usage, () => tableOf(shown, latest));
  });
  signal.throwIfAborted();
  failures.forEach(fail);
}

/** Those that are there; of the others it is said why not. */
async function lookUp(containers: Containers, targets: readonly string[]): Promise<Named[]> {
  const all = targets.map((target) => containers.call('container.inspect', { target }));
  const found = new Map<string, Named>();
  for (const outcome of await Promise.allSettled(all)) {
    if (outcome.status === 'fulfilled') found.set(outcome.value.id, outcome.value);
    else fail(outcome.reason);
  }
  return [...found.values()];
}

/** In the order of the list; of those that told nothing yet, nothing. */
function tableOf(shown: readonly Named[], latest: ReadonlyMap<string, Usage>): string {
  return statsTable(shown.flatMap(({ id }) => latest.get(id) ?? []));
}

/** The exit code is that of the first failure. */
function fail(error: unknown): void {
  sayError(error);
  process.exitCode ??= exitCodeOf(error);
}
