import { containerService } from '@sextant/protocol/container';
import type { Command } from 'commander';
import { printDetails } from '../containers/details.ts';
import { printJson } from '../output.ts';
import { SELF } from '../self.ts';
import { withService, type CommonOptions } from '../service.ts';
import { anyContainer } from '../completion/names.ts';
import { completed } from '../completion/source.ts';

const HELP = `
  $ ${SELF} container inspect web
  $ ${SELF} container inspect web --json`;

export function addContainerInspectCommand(container: Command): void {
  container
    .command('inspect')
    .description('tell all there is to know of a container')
    .addArgument(completed('<container>', 'its name, its id or the beginning of its id', anyContainer))
    .addHelpText('after', HELP)
    .action(async (target: string, _options, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals();
      const details = await withService(containerService, options, (containers) =>
        containers.call('container.inspect', { target }),
      );
      if (options.json) printJson(details);
      else printDetails(details);
    });
}
