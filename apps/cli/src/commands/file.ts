import { fileService } from '@sextant/protocol/file';
import type { Command } from 'commander';
import { print, printJson } from '../output.ts';
import { withService, type CommonOptions } from '../service.ts';

export function addFileCommands(program: Command): void {
  const file = program.command('file').description('list, get and put files of the file-server');
  file
    .command('time')
    .description("tell the server's time")
    .action(async (_options, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals();
      const answer = await withService(fileService, options, (files) => files.call('file.time', {}));
      if (options.json) printJson(answer);
      else print(answer.time);
    });
}
