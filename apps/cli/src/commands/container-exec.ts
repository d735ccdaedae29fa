import { containerService } from '@sextant/protocol/container';
import { ProtocolError } from '@sextant/protocol/errors';
import type { Command } from 'commander';
import { collectVariable } from '../arguments.ts';
import { follow, NOTHING } from '../attached/follow.ts';
import { lendTerminal, terminalSize } from '../attached/terminal.ts';
import { sayError } from '../output.ts';
import { endsInProgram } from '../program-words.ts';
import { SELF } from '../self.ts';
import { withService, type CommonOptions } from '../service.ts';
import { runningContainers } from '../completion/names.ts';
import { completed } from '../completion/source.ts';

interface ExecOptions extends CommonOptions {
  interactive?: boolean;
  tty?: boolean;
  env?: Record<string, string>;
  workdir?: string;
}

const HELP = `
Options stand before the program; what follows it is its own. The program's output and exit code are this command's own. Ctrl-C ends it, and is a key of the program like all others with -it.
With --json, stdout carries {channel, text} as output comes, then {exitCode}.

  $ ${SELF} container exec -it web sh
  $ echo hi | ${SELF} container exec -i web cat
  $ ${SELF} container exec web ls -l /`;

export function addContainerExecCommand(container: Command): void {
  endsInProgram(container.command('exec'), 1)
    .description('run a program in a container that runs, as if it ran here')
    .usage('[options] TARGET COMMAND...')
    .addArgument(completed('<container>', 'name, id or the beginning of an id', runningContainers))
    .argument('<command...>', 'the program and its arguments')
    .option('-i, --interactive', 'our input is its input')
    .option('-t, --tty', 'give it a terminal')
    .option('-e, --env <name=value>', 'add to its environment; may be repeated', collectVariable)
    .option('-w, --workdir <folder>', 'where it runs')
    .addHelpText('after', HELP)
    .action(async (target: string, words: string[], _options, command: Command) => {
      process.exitCode = await exec(target, words, command.optsWithGlobals());
    });
}

/** @returns the exit code that this command ends with. */
function exec(target: string, command: string[], options: ExecOptions): Promise<number> {
  const { interactive = false, tty = false, env, workdir: cwd, json = false, ...common } = options;
  return withService(containerService, common, async (containers) => {
    const wish = { target, command, tty, env, cwd, ...(tty && terminalSize()) };
    const stream = containers.open('container.exec', wish);
    if (interactive && tty) lendTerminal(stream);
    try {
      const { interrupted, result } = await follow(stream, { json, ...(!interactive && { input: NOTHING }) });
      return interrupted ?? result?.exitCode ?? 0;
    } catch (error) {
      const code = error instanceof ProtocolError ? error.data['exitCode'] : undefined;
      if (typeof code !== 'number') throw error;
      sayError(error);
      return code;
    }
  });
}
