import { styleText } from 'node:util';
import { processService } from '@sextant/protocol/process';
import type { RunChange, RunEvent } from '@sextant/protocol/process-schemas';
import type { Command } from 'commander';
import { interruptible } from '../interrupt.ts';
import { dim, print, printJson, say } from '../output.ts';
import { isLiving } from '../processes/list.ts';
import { reasonOf } from '../processes/reason.ts';
import { SELF } from '../self.ts';
import { connectTo, type CommonOptions } from '../service.ts';
import { localTime } from '../time.ts';
import { visible } from '../visible.ts';
import { watch } from '../watch.ts';

const HELP = `
Of one that nobody ended and that failed, its last lines are shown too. With --json, stdout carries each change as it is told.

  $ ${SELF} events`;

export function addEventsCommand(program: Command): void {
  program
    .command('events')
    .description('show the programs, and what happens to them, until Ctrl-C')
    .addHelpText('after', HELP)
    .action(async (_options, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals();
      const first = await connectTo(processService, options);
      if (!options.json) say('Watching. Ctrl-C stops it.');
      await interruptible(async (signal) => {
        for await (const item of watch(first, 'process.events', {}, { trust: options, signal })) {
          if (options.json) printJson(item);
          else show(item);
        }
      });
    });
}

function show(item: RunEvent): void {
  if ('gap' in item) return say('Some changes are missing here: the service no longer has them.');
  if (item.type === 'snapshot') {
    for (const { name, state, id } of item.runs.filter(isLiving)) print(`${visible(name)}  ${state}  ${id}`);
    return;
  }
  print(`${dim(localTime(item.at))} ${visible(item.run.name)}  ${outcomeOf(item)}  ${item.run.id}`);
  for (const line of item.log ?? []) print(dim(`    ${visible(line)}`));
}

function outcomeOf({ type, run, owner, log }: RunChange): string {
  if (type === 'adopted') return `adopted by ${visible(owner)}`;
  if (type === 'failed') return styleText('red', `failed: ${run.reason ?? 'it could not be started'}`);
  if (type === 'queued' || type === 'started') return run.pid === null ? type : `${type}, pid ${run.pid}`;
  const how = run.signal === null ? `exit code ${run.exitCode}` : run.signal;
  const why = reasonOf(run);
  const text = `${type}, ${how}${why === undefined ? '' : `: ${why}`}`;
  return log === undefined ? text : styleText('red', text);
}
