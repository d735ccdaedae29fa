import { processService } from '@sextant/protocol/process';
import { type Command, InvalidArgumentError } from 'commander';
import { collect } from '../arguments.ts';
import { print, printJson, say } from '../output.ts';
import { SELF } from '../self.ts';
import { withService, type CommonOptions } from '../service.ts';
import { runAttached } from './run-attached.ts';

interface RunOptions extends CommonOptions {
  detach?: boolean;
  name?: string;
  cwd?: string;
  env?: string[];
}

const HELP = `
The program's output, input and exit code are this command's own (128 + n if signal n ended it); Ctrl-C ends it.
With --json, stdout carries {id, pid}, then {channel, text} as output comes, then {id, pid, exitCode, signal}.

  $ ${SELF} run -- ls -l /
  $ ${SELF} run -d --name nap -- sleep 1000`;

export function addRunCommand(program: Command): void {
  program
    .command('run')
    .description('run a program, as if it ran here')
    .usage('[options] -- PROGRAM [ARGS...]')
    .argument('<program>')
    .argument('[args...]')
    .option('-d, --detach', 'let it run on and say how it is called')
    .option('--name <name>', 'call it so, not as the program is called')
    .option('--cwd <folder>', 'where it runs')
    .option('-e, --env <name=value>', 'add to its environment; may be repeated', collectVariable)
    .addHelpText('after', HELP)
    .showHelpAfterError(`(what is the program's own stands after --: ${SELF} run -- PROGRAM ARGS)`)
    .action(async (name: string, args: string[], _options, command: Command) => {
      const options: RunOptions = command.optsWithGlobals();
      const { detach, ...common } = options;
      const wish = { program: name, args, name: options.name, cwd: options.cwd, env: environment(options.env) };
      await withService(processService, common, async (processes) => {
        if (!detach) process.exitCode = await runAttached(processes, wish, options.json === true);
        else tellStarted(await processes.call('process.start', { ...wish, detached: true }), common);
      });
    });
}

function tellStarted(started: { id: string; pid: number | null }, { json }: CommonOptions): void {
  if (json) return printJson(started);
  print(`id ${started.id}  pid ${started.pid ?? 'none yet'}`);
  say(`It runs until it ends by itself, or you type: ${SELF} close ${started.pid ?? started.id}   (what else runs: ${SELF} ps)`);
}

function collectVariable(text: string, before?: string[]): string[] {
  if (text.indexOf('=') < 1) throw new InvalidArgumentError('It is NAME=VALUE.');
  return collect(text, before);
}

function environment(variables: readonly string[] | undefined): Record<string, string> | undefined {
  return (
    variables &&
    Object.fromEntries(
      variables.map((text) => {
        const at = text.indexOf('=');
        return [text.slice(0, at), text.slice(at + 1)];
      }),
    )
  );
}
