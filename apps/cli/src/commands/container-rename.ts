import { containerService } from '@sextant/protocol/container';
import type { Command } from 'commander';
import { printReference } from '../containers/list.ts';
import { withService, type CommonOptions } from '../service.ts';

export function addContainerRenameCommand(container: Command): void {
  container
    .command('rename')
    .description('give a container another name')
    .argument('<container>', 'its name, its id or the beginning of its id')
    .argument('<name>', 'the new name')
    .action(async (target: string, name: string, _options, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals();
      const renamed = await withService(containerService, options, (containers) =>
        containers.call('container.rename', { target, name }),
      );
      printReference(renamed, options.json === true);
    });
}
