import { containerService } from '@sextant/protocol/container';
import type { Command } from 'commander';
import { printContainers } from '../containers/list.ts';
import { runMenu } from '../containers/menu.ts';
import { print, printJson } from '../output.ts';
import { SELF } from '../self.ts';
import { withService, type CommonOptions } from '../service.ts';
import { addContainerActCommands } from './container-act.ts';
import { addContainerAttachCommand } from './container-attach.ts';
import { addContainerCreateCommand } from './container-create.ts';
import { addContainerInspectCommand } from './container-inspect.ts';
import { addContainerRenameCommand } from './container-rename.ts';
import { addContainerUpdateCommand } from './container-update.ts';
import { addContainerStatsCommand } from './container-stats.ts';
import { addContainerWaitCommand } from './container-wait.ts';
import { addContainerExecCommand } from './container-exec.ts';
import { addContainerEventsCommand } from './container-events.ts';
import { addContainerLogsCommand } from './container-logs.ts';

const HELP = `
A container is a program with files of its own, made from an image. It is named by its name, its id, or the beginning of its id.

Begin with:
  $ ${SELF} container create web nginx --port 8081:80 --ttl 10m    it runs, for ten minutes
  $ ${SELF} container ls                       what runs; -a: what has stopped, too
  $ ${SELF} container logs -f web              what it prints, until Ctrl-C
  $ ${SELF} container exec -it web sh          a shell in it
  $ ${SELF} container stats                    what they use, live
  $ ${SELF} container rm -f web                stop and remove it
  $ ${SELF} container menu                     the same, by numbers

${SELF} container COMMAND --help says more.`;

export function addContainerCommands(program: Command): void {
  const container = program
    .command('container')
    .description('create, list, inspect, start, stop and remove containers, and run programs in them')
    .addHelpText('after', HELP);
  addList(container);
  addContainerInspectCommand(container);
  addContainerCreateCommand(container);
  addContainerActCommands(container);
  addContainerRenameCommand(container);
  addContainerUpdateCommand(container);
  addContainerWaitCommand(container);
  addContainerStatsCommand(container);
  addContainerExecCommand(container);
  addContainerAttachCommand(container);
  addContainerLogsCommand(container);
  addContainerEventsCommand(container);
  addInfo(container);
  container
    .command('menu')
    .description('the numbered menu: 1 create, 2 list, 3 stop, 4 delete, 0 leave')
    .addHelpText('after', `\n  $ ${SELF} container menu`)
    .action((_options, command: Command) => runMenu(command.optsWithGlobals()));
}

function addList(container: Command): void {
  container
    .command('ls')
    .description('list the containers that run')
    .option('-a, --all', 'the stopped ones too')
    .addHelpText('after', `\n  $ ${SELF} container ls -a\n  $ ${SELF} container ls --json`)
    .action(async (_options, command: Command) => {
      const options: CommonOptions & { all?: boolean } = command.optsWithGlobals();
      await withService(containerService, options, (containers) =>
        printContainers(containers, options.all === true, options.json === true),
      );
    });
}

function addInfo(container: Command): void {
  container
    .command('info')
    .description('say which engine runs the containers')
    .addHelpText('after', `\n  $ ${SELF} container info`)
    .action(async (_options, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals();
      const info = await withService(containerService, options, (containers) => containers.call('engine.info', {}));
      if (options.json) return printJson(info);
      print(`${info.name} ${info.version} (API ${info.apiVersion})`);
      print(`containers: ${info.containers}, of which ${info.running} run; images: ${info.images}`);
    });
}
