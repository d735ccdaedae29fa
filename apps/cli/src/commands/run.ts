import { processService } from '@sextant/protocol/process';
import type { Command } from 'commander';
import { startCodeOf } from '../exit-code.ts';
import { print, printJson, say, sayError } from '../output.ts';
import { runAttached } from '../processes/run.ts';
import { addWishOptions, attachedWish, detachedWish, type WishOptions } from '../processes/wish.ts';
import { endsInProgram } from '../program-words.ts';
import { SELF } from '../self.ts';
import { sayAsking, withService, type CommonOptions } from '../service.ts';

type RunOptions = CommonOptions & WishOptions;

const HELP = `
Options stand before the program; what follows it is its own. The program's input, output and exit code are this command's own
(128 + n if signal n ended it). Ctrl-C and other signals reach it, and it ends with this command, however that ends; twice
Ctrl-C within 2 s ends it in any case, unless it has a terminal: there every key is its own.
With --json, stdout carries {id, pid}, then {channel, text} as output comes, then {id, pid, exitCode, signal}.

  $ ${SELF} run ls -l /
  $ echo hi | ${SELF} run cat
  $ ${SELF} run -d --name nap sleep 1000`;

export function addRunCommand(program: Command): void {
  addWishOptions(endsInProgram(program.command('run'), 0))
    .description('run a program, as if it ran here')
    .usage('[options] PROGRAM [ARGS...]')
    .argument('<command...>', 'the program and its arguments')
    .addHelpText('after', HELP)
    .action(async (words: string[], _options, command: Command) => {
      const options: RunOptions = command.optsWithGlobals();
      process.exitCode = await (options.detach ? start(words, options) : run(words, options));
    });
}

/** @returns the exit code that this command ends with. */
function run(words: readonly string[], options: RunOptions): Promise<number> {
  const wish = attachedWish(words, options);
  // One that was stopped (Ctrl-Z) answers nothing, and is there all the same.
  return withService(processService, { ...options, heartbeat: 0 }, (processes) =>
    runAttached(processes, wish, options.json === true).catch(notStarted),
  );
}

function start(words: readonly string[], options: RunOptions): Promise<number> {
  const wish = detachedWish(words, options);
  return withService(processService, options, async (processes) => {
    try {
      tellStarted(await processes.call('process.start', wish), options);
      return 0;
    } catch (error) {
      return notStarted(error);
    }
  });
}

function notStarted(error: unknown): number {
  sayError(error);
  return startCodeOf(error);
}

function tellStarted(started: { id: string; pid: number | null }, options: RunOptions): void {
  const { json, name } = options;
  if (json) return printJson(started);
  print(`id ${started.id}  ${started.pid === null ? 'queued' : `pid ${started.pid}`}`);
  const target = name ?? started.pid ?? started.id;
  const self = sayAsking(options);
  say(`It runs until it ends by itself, or you type: ${self} close ${target}`);
  say(`See what it prints: ${self} attach ${target}   (what else runs: ${self} ps)`);
}
