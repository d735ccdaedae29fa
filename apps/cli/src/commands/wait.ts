import { processService } from '@sextant/protocol/process';
import type { Run } from '@sextant/protocol/process-schemas';
import type { Command } from 'commander';
import { signalled } from '../attached/interruption.ts';
import { programs } from '../completion/names.ts';
import { completed } from '../completion/source.ts';
import { exitCodeOf } from '../exit-code.ts';
import { interruptible } from '../interrupt.ts';
import { keepConnected } from '../kept.ts';
import { errorText, print, printJson, say, sayError } from '../output.ts';
import { SELF } from '../self.ts';
import { connectTo, type CommonOptions } from '../service.ts';

const HELP = `
Waits on over a lost connection. One that a signal n ended counts as 128 + n.

  $ ${SELF} wait import && echo 'It ended with exit code 0.'`;

export function addWaitCommand(program: Command): void {
  program
    .command('wait')
    .description('wait until programs have ended; prints their exit codes, and ends with it where it is one')
    .addArgument(completed('<target...>', 'their pids, names or ids, or the beginning of an id', programs))
    .addHelpText('after', HELP)
    .action((targets: string[], _options, command: Command) => waitForAll(targets, command.optsWithGlobals()));
}

/** Waits for all side by side; what they ended with is printed in the order they were named. */
async function waitForAll(targets: readonly string[], options: CommonOptions): Promise<void> {
  const outcomes = await waitFor(targets, options);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') {
      sayError(outcome.reason);
      process.exitCode ??= exitCodeOf(outcome.reason);
    } else if (options.json) printJson(outcome.value);
    else print(String(codeOf(outcome.value)));
  }
  const [only] = outcomes;
  if (outcomes.length === 1 && only?.status === 'fulfilled') process.exitCode = codeOf(only.value);
}

async function waitFor(targets: readonly string[], trust: CommonOptions): Promise<PromiseSettledResult<Run>[]> {
  const first = await connectTo(processService, trust);
  let isLost = false;
  const lost = (error: unknown): void => {
    if (!isLost) say(`${errorText(error)} Trying again.`);
    isLost = true;
  };
  return interruptible((signal) =>
    keepConnected(
      processService,
      first,
      async (processes) => {
        const all = targets.map((target) => processes.call('process.wait', { target }, { signal }));
        const outcomes = await Promise.allSettled(all);
        signal.throwIfAborted();
        if (processes.lost) throw processes.ending.reason;
        return outcomes;
      },
      { signal, lost, trust },
    ),
  );
}

/** One that could not be started has none. */
function codeOf({ exitCode, signal }: Run): number {
  return exitCode ?? signalled(signal);
}
