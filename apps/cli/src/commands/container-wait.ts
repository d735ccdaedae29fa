import { containerService } from '@sextant/protocol/container';
import type { Command } from 'commander';
import { exitCodeOf } from '../exit-code.ts';
import { interruptible } from '../interrupt.ts';
import { print, printJson, sayError } from '../output.ts';
import { SELF } from '../self.ts';
import { withService, type CommonOptions } from '../service.ts';
import { runningContainers } from '../completion/names.ts';
import { completed } from '../completion/source.ts';

const HELP = `
  $ ${SELF} container wait import && echo 'It ended with exit code 0.'`;

export function addContainerWaitCommand(container: Command): void {
  container
    .command('wait')
    .description('wait until containers have stopped; prints their exit codes, and ends with it where it is one')
    .addArgument(completed('<container...>', 'names, ids or beginnings of ids', runningContainers))
    .addHelpText('after', HELP)
    .action((targets: string[], _options, command: Command) => waitForAll(targets, command.optsWithGlobals()));
}

/** Waits for all side by side; what they ended with is printed in the order they were named. */
async function waitForAll(targets: readonly string[], options: CommonOptions): Promise<void> {
  const outcomes = await interruptible((signal) =>
    withService(containerService, options, async (containers) => {
      const all = targets.map((target) => containers.call('container.wait', { target }, { signal }));
      const outcomes = await Promise.allSettled(all);
      signal.throwIfAborted();
      return outcomes;
    }),
  );
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') {
      sayError(outcome.reason);
      process.exitCode ??= exitCodeOf(outcome.reason);
    } else if (options.json) printJson(outcome.value);
    else print(String(outcome.value.exitCode));
  }
  const [only] = outcomes;
  if (outcomes.length === 1 && only?.status === 'fulfilled') process.exitCode = only.value.exitCode;
}
