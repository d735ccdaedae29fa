import { containerService } from '@sextant/protocol/container';
import type { Command } from 'commander';
import { printReference } from '../containers/list.ts';
import { SELF } from '../self.ts';
import { withService, type CommonOptions } from '../service.ts';
import { anyContainer } from '../completion/names.ts';
import { completed } from '../completion/source.ts';

const HELP = `
  $ ${SELF} container rename web old-web`;

export function addContainerRenameCommand(container: Command): void {
  container
    .command('rename')
    .description('give a container another name')
    .addArgument(completed('<container>', 'its name, its id or the beginning of its id', anyContainer))
    .argument('<name>', 'the new name')
    .addHelpText('after', HELP)
    .action(async (target: string, name: string, _options, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals();
      const renamed = await withService(containerService, options, (containers) =>
        containers.call('container.rename', { target, name }),
      );
      printReference(renamed, options.json === true);
    });
}
