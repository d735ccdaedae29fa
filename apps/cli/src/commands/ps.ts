import type { Container } from '@sextant/protocol/container-schemas';
import { processService } from '@sextant/protocol/process';
import type { Command } from 'commander';
import { errorText, print, printJson, say } from '../output.ts';
import { listBeside, mayHaveContainers } from '../processes/containers.ts';
import { listPrograms } from '../processes/list.ts';
import { programTable, type Row } from '../processes/table.ts';
import { SELF } from '../self.ts';
import { withService, type CommonOptions } from '../service.ts';

interface ListOptions extends CommonOptions {
  all?: boolean;
  details?: boolean;
}

const HELP = `
Containers stand below the programs where container-server of the same machine tells them at once; not where --host names a port.

  $ ${SELF} ps -a --details
  $ ${SELF} ps --json`;

export function addListCommand(program: Command): void {
  program
    .command('ps')
    .description('list the programs that run, and containers')
    .option('-a, --all', 'also those that have ended')
    .option('--details', 'with command, folder and the time of the end')
    .addHelpText('after', HELP)
    .action((_options, command: Command) => list(command.optsWithGlobals()));
}

async function list({ all = false, details = false, ...common }: ListOptions): Promise<void> {
  const beside = containers(common, all);
  const programs = await withService(processService, common, (processes) =>
    listPrograms(processes, { scope: 'all', running: !all, details: true }),
  );
  const shown: Row[] = [...programs, ...(await beside)];
  if (common.json) return shown.forEach((row) => printJson(row));
  if (shown.length > 0) return print(programTable(shown, details));
  const ended = all ? '' : `\nThose that have ended: ${SELF} ps --all`;
  say(`No program runs. Start one with: ${SELF} run -d PROGRAM ARGS${ended}`);
}

/** What cannot be listed at once is left out, and a person is told. */
async function containers(options: CommonOptions, all: boolean): Promise<Container[]> {
  if (!mayHaveContainers(options)) return [];
  try {
    return await listBeside(options, all);
  } catch (error) {
    if (process.stderr.isTTY && !options.json) say(`Without containers: ${errorText(error)}`);
    return [];
  }
}
