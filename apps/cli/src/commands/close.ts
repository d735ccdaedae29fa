import { processService } from '@sextant/protocol/process';
import type { Closed } from '@sextant/protocol/process-schemas';
import type { Command } from 'commander';
import { programs } from '../completion/names.ts';
import { completed } from '../completion/source.ts';
import { exitCodeOf } from '../exit-code.ts';
import { print, printJson, say, sayError } from '../output.ts';
import { programTable } from '../processes/table.ts';

import { showing } from '../progress.ts';
import { SELF } from '../self.ts';
import { withService, type CommonOptions } from '../service.ts';

interface CloseOptions extends CommonOptions {
  all?: boolean;
}

const HELP = `
They are told to end (TERM), and killed after 5 s.

  $ ${SELF} close nap
  $ ${SELF} close --all worker`;

export function addCloseCommand(program: Command): void {
  program
    .command('close')
    .description('end programs and all they started')
    .addArgument(completed('<target...>', 'their pids, names or ids, or the beginning of an id', programs))
    .option('-a, --all', 'every program of that name')
    .addHelpText('after', HELP)
    .action((targets: string[], _options, command: Command) => close(targets, command.optsWithGlobals()));
}

/** Those that can be ended are, whatever is wrong with the others. */
async function close(targets: readonly string[], { all = false, ...common }: CloseOptions): Promise<void> {
  await withService(processService, common, async (processes) => {
    const closings = Promise.allSettled(targets.map((target) => processes.call('process.close', { target, all })));
    const ended: Closed[] = [];
    for (const outcome of await showing(`Ending ${targets.join(', ')}`, closings)) {
      if (outcome.status === 'fulfilled') ended.push(...outcome.value.items);
      else {
        sayError(outcome.reason);
        process.exitCode ??= exitCodeOf(outcome.reason);
      }
    }
    if (common.json) ended.forEach((one) => printJson(one));
    else if (ended.length > 0) print(programTable(ended, false));
    const ports = ended.flatMap((one) => one.ports ?? []);
    if (ports.length > 0 && !common.json) say(`Free again: port ${ports.join(', ')}.`);
  });
}
