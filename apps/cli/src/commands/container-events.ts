import { containerService } from '@sextant/protocol/container';
import type { ContainerItem, EngineChange } from '@sextant/protocol/container-schemas';
import type { Command } from 'commander';
import { interruptible } from '../interrupt.ts';
import { styleText } from 'node:util';
import { dim, print, printJson, say } from '../output.ts';
import { SELF } from '../self.ts';
import { connectTo, type CommonOptions } from '../service.ts';
import { localTime } from '../time.ts';
import { visible } from '../visible.ts';
import { watch } from '../watch.ts';

const HELP = `
Of one that died, its last lines are shown too. With --json, stdout carries each change as it is told.

  $ ${SELF} container events`;

type Change = Exclude<ContainerItem, { gap: unknown } | { type: 'snapshot' | 'engine' }>;

export function addContainerEventsCommand(container: Command): void {
  container
    .command('events')
    .description('show the containers, and what happens to them, until Ctrl-C')
    .addHelpText('after', HELP)
    .action(async (_options, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals();
      const first = await connectTo(containerService, options);
      if (!options.json) say('Watching. Ctrl-C stops it.');
      await interruptible(async (signal) => {
        for await (const item of watch(first, 'container.events', {}, { trust: options, signal })) {
          if (options.json) printJson(item);
          else show(item);
        }
      });
    });
}

function show(item: ContainerItem): void {
  if ('gap' in item) return say('Some changes are missing here: the service no longer has them.');
  if (item.type === 'snapshot') {
    for (const { name, state, id, health } of item.containers) {
      print(`${name}  ${state}${health === undefined ? '' : ` (${health})`}  ${id.slice(0, 12)}`);
    }
    return;
  }
  if (item.type === 'engine') return say(engineLine(item));
  print(`${dim(localTime(item.at))} ${item.name}  ${outcomeOf(item)}  ${item.id.slice(0, 12)}`);
  for (const line of item.log ?? []) print(dim(`    ${visible(line)}`));
}

function engineLine({ state, reason = '' }: EngineChange): string {
  return state === 'back'
    ? 'The Docker engine is back.'
    : `The Docker engine is lost; waiting for it. ${reason}`.trim();
}

function outcomeOf({ type, exitCode, oomKilled, oldName, health, reason }: Change): string {
  if (type === 'renamed') return `renamed, was ${oldName}`;
  if (type === 'health') return String(health);
  if (type !== 'stopped' && type !== 'died') return type;
  const why = reason === 'ttl' ? ', its time was over' : reason === 'leash' ? ', whoever created it has left' : '';
  const how = `${type}${why}, exit code ${exitCode ?? 'unknown'}${oomKilled ? ', out of memory' : ''}`;
  return type === 'died' ? styleText('red', how) : how;
}
