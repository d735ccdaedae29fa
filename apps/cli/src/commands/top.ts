import type { Client } from '@sextant/client/client';
import { pause } from '@sextant/client/pause';
import { processService } from '@sextant/protocol/process';
import type { Command } from 'commander';
import { interruptible } from '../interrupt.ts';
import { listenForLeaving } from '../keys.ts';
import { dim, print, printJson, say } from '../output.ts';
import { listPrograms } from '../processes/list.ts';
import { summaryOf, usagesOf, usageTable, type Look } from '../processes/usage.ts';
import { Screen } from '../screen.ts';
import { SELF } from '../self.ts';
import { withService, type CommonOptions } from '../service.ts';

type Processes = Client<typeof processService>;

/** Milliseconds between two looks. */
const EACH_MS = 1000;

const HELP = `
Of each program with all that it started, those that use most first. Where stdout is no terminal it is shown once, after a second.
With --json, stdout carries {id, pid, name, cpuPercent, memoryBytes, processes, elapsedMs, owner, command}, once.

  $ ${SELF} top`;

export function addTopCommand(program: Command): void {
  program
    .command('top')
    .description('show what programs use, live on a terminal until q or Ctrl-C')
    .addHelpText('after', HELP)
    .action((_options, command: Command) => top(command.optsWithGlobals()));
}

function top(options: CommonOptions): Promise<void> {
  const isLive = process.stdout.isTTY && !options.json;
  return interruptible((signal) =>
    withService(processService, options, (processes) =>
      isLive ? showLive(processes, signal) : showOnce(processes, options, signal),
    ),
  );
}

async function look(processes: Processes, signal: AbortSignal): Promise<Look> {
  const programs = await listPrograms(processes, { scope: 'all', running: true, details: true }, signal);
  return { at: performance.now(), programs };
}

async function showOnce(processes: Processes, { json }: CommonOptions, signal: AbortSignal): Promise<void> {
  const before = await look(processes, signal);
  await pause(EACH_MS, signal);
  signal.throwIfAborted();
  const usages = usagesOf(before, await look(processes, signal));
  if (json) usages.forEach((usage) => printJson(usage));
  else if (usages.length > 0) print(usageTable(usages));
  else say(`No program runs. Start one with: ${SELF} run -d PROGRAM ARGS`);
}

async function showLive(processes: Processes, signal: AbortSignal): Promise<void> {
  using leaving = listenForLeaving();
  using screen = new Screen(process.stdout);
  const until = AbortSignal.any([signal, leaving.signal]);
  for (let before: Look | undefined; !until.aborted;) {
    const now = await look(processes, signal);
    const usages = usagesOf(before, now);
    const list = usages.length > 0 ? usageTable(usages) : dim('No program runs; one that starts appears here.');
    screen.show(`${summaryOf(usages)}  ${dim('q leaves.')}\n\n${list}`);
    before = now;
    await pause(EACH_MS, until);
  }
  signal.throwIfAborted();
}
