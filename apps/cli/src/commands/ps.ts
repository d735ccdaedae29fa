import { processService } from '@sextant/protocol/process';
import type { Command } from 'commander';
import { exitCodeOf } from '../exit-code.ts';
import { printList, sayError } from '../output.ts';
import { SELF } from '../self.ts';
import { withService, type CommonOptions } from '../service.ts';
import { listPrograms, programColumns, type Program } from './ps-table.ts';
import { programs } from '../completion/names.ts';
import { completed } from '../completion/source.ts';

interface ListOptions extends CommonOptions {
  all?: boolean;
  details?: boolean;
}

export function addProcessCommands(program: Command): void {
  program
    .command('ps')
    .description('list the programs that run')
    .option('-a, --all', 'also those that have ended')
    .option('--details', 'with command, folder and the time of the end')
    .action(async (_options, command: Command) => list(command.optsWithGlobals()));
  program
    .command('close')
    .description('end programs and all they started')
    .addArgument(completed('<target...>', 'their pids, names or ids, or the beginning of an id', programs))
    .option('-a, --all', 'every program of that name')
    .action(async (targets: string[], _options, command: Command) => close(targets, command.optsWithGlobals()));
}

async function list({ all = false, details = false, ...common }: ListOptions): Promise<void> {
  const programs = await withService(processService, common, (processes) =>
    listPrograms(processes, { scope: 'all', details }),
  );
  const shown = programs.filter(({ state }) => all || state === 'running');
  const ended = shown.length < programs.length ? `\nThose that have ended: ${SELF} ps --all` : '';
  printList(shown, {
    json: common.json,
    columns: programColumns(details),
    empty: `No program runs. Start one with: ${SELF} run -d -- PROGRAM ARGS${ended}`,
  });
}

/** Those that can be ended are, whatever is wrong with the others. */
async function close(targets: readonly string[], { all = false, ...common }: ListOptions): Promise<void> {
  await withService(processService, common, async (processes) => {
    const closings = targets.map((target) => processes.call('process.close', { target, all }));
    const ended: Program[] = [];
    for (const outcome of await Promise.allSettled(closings)) {
      if (outcome.status === 'fulfilled') ended.push(...outcome.value.items);
      else {
        sayError(outcome.reason);
        process.exitCode ??= exitCodeOf(outcome.reason);
      }
    }
    if (ended.length > 0) printList(ended, { json: common.json, columns: programColumns(false), empty: '' });
  });
}
