import { processService } from '@sextant/protocol/process';
import { Argument, InvalidArgumentError, type Command } from 'commander';
import { programs } from '../completion/names.ts';
import { completed } from '../completion/source.ts';
import { print, printJson } from '../output.ts';
import { SELF } from '../self.ts';
import { withService, type CommonOptions } from '../service.ts';
import { visible } from '../visible.ts';

/** Those that a program can be sent, without their SIG. */
const NAMES = ['HUP', 'INT', 'QUIT', 'TERM', 'KILL', 'USR1', 'USR2', 'STOP', 'CONT', 'WINCH'] as const;
type Name = (typeof NAMES)[number];

const HELP = `
It reaches the program and what that started in its process group; to end all that it started: ${SELF} close.

  $ ${SELF} signal web HUP`;

export function addSignalCommand(program: Command): void {
  program
    .command('signal')
    .description('send a signal to a program')
    .addArgument(completed('<target>', 'its pid, name or id, or the beginning of an id', programs))
    .addArgument(new Argument('<signal>', 'with SIG or without').choices(NAMES).argParser(parseSignal))
    .addHelpText('after', HELP)
    .action((target: string, name: Name, _options, command: Command) =>
      signal(target, name, command.optsWithGlobals()),
    );
}

function parseSignal(text: string): Name {
  const name = text.toUpperCase().replace(/^SIG/, '') as Name;
  if (NAMES.includes(name)) return name;
  throw new InvalidArgumentError(`It is one of ${NAMES.join(', ')}.`);
}

function signal(target: string, name: Name, options: CommonOptions): Promise<void> {
  return withService(processService, options, async (processes) => {
    const run = await processes.call('process.signal', { target, signal: `SIG${name}` });
    if (options.json) printJson(run);
    else print(`${visible(run.name)}, pid ${run.pid}, was sent ${name}.`);
  });
}
