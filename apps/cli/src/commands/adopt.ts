import { processService } from '@sextant/protocol/process';
import type { Command } from 'commander';
import { programs } from '../completion/names.ts';
import { completed } from '../completion/source.ts';
import { print, printJson } from '../output.ts';
import { SELF } from '../self.ts';
import { withService, type CommonOptions } from '../service.ts';
import { visible } from '../visible.ts';

const HELP = `
It ends with nobody's connection any more; whoever ran it looks on.

  $ ${SELF} adopt import
  $ ${SELF} attach import`;

export function addAdoptCommand(program: Command): void {
  program
    .command('adopt')
    .description('make a program ours, and let it run on whoever leaves')
    .addArgument(completed('<target>', 'its pid, name or id, or the beginning of an id', programs))
    .addHelpText('after', HELP)
    .action((target: string, _options, command: Command) => adopt(target, command.optsWithGlobals()));
}

function adopt(target: string, options: CommonOptions): Promise<void> {
  return withService(processService, options, async (processes) => {
    const run = await processes.call('process.adopt', { target, detached: true });
    if (options.json) printJson(run);
    else print(`${visible(run.name)}, pid ${run.pid}, is ours and runs on.`);
  });
}
