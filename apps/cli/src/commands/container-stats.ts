import type { Client } from '@sextant/client/client';
import { containerService } from '@sextant/protocol/container';
import { isErrorType } from '@sextant/protocol/errors';
import type { Command } from 'commander';
import { listContainers } from '../containers/list.ts';
import { followStats, MOST_LIVE, type Usage } from '../containers/stats.ts';
import { statsTable } from '../containers/stats-table.ts';
import { exitCodeOf } from '../exit-code.ts';
import { interruptible } from '../interrupt.ts';
import { LiveText } from '../live-text.ts';
import { print, printJson, say, sayError } from '../output.ts';
import { SELF } from '../self.ts';
import { withService, type CommonOptions } from '../service.ts';

interface StatsOptions extends CommonOptions {
  /** False with `--no-stream`. */
  stream: boolean;
}

type Named = { id: string; name: string };

export function addContainerStatsCommand(container: Command): void {
  container
    .command('stats')
    .description('show what containers use, live on a terminal until Ctrl-C')
    .argument('[container...]', 'names, ids or beginnings of ids; all that run unless given')
    .option('--no-stream', 'once')
    .action((targets: string[], _options, command: Command) =>
      interruptible((signal) => showStats(targets, command.optsWithGlobals(), signal)),
    );
}

async function showStats(targets: readonly string[], options: StatsOptions, signal: AbortSignal): Promise<void> {
  await withService(containerService, options, async (containers) => {
    const found = targets.length > 0 ? await lookUp(containers, targets) : await listContainers(containers, false);
    if (found.length === 0) {
      if (targets.length === 0 && !options.json)
        say(`No container runs. Start one: ${SELF} container create IMAGE --name NAME`);
      return;
    }
    const isLive = options.stream && process.stdout.isTTY;
    const once = !options.stream || (!options.json && !isLive);
    const shown = once ? found : found.slice(0, MOST_LIVE);
    if (shown.length < found.length)
      say(`Only ${MOST_LIVE} of ${found.length} containers are followed; name those you mean, or use --no-stream.`);
    const latest = new Map<string, Usage>();
    using live = isLive && !options.json ? new LiveText(process.stdout) : undefined;
    const failures = await followStats(containers, shown, once, signal, (usage) => {
      latest.set(usage.id, usage);
      if (options.json) printJson(usage);
      else live?.show(tableOf(shown, latest));
    });
    signal.throwIfAborted();
    if (!options.json && !live && latest.size > 0) print(tableOf(shown, latest));
    // Of all that run, some may be nobody's business but their owners'.
    failures.filter((error) => targets.length > 0 || !isErrorType(error, 'forbidden')).forEach(fail);
  });
}

/** Those that are there; of the others it is said why not. */
async function lookUp(containers: Client<typeof containerService>, targets: readonly string[]): Promise<Named[]> {
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
