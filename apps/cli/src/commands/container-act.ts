import type { Client } from '@sextant/client/client';
import { containerService } from '@sextant/protocol/container';
import type { Command } from 'commander';
import { printReference } from '../containers/list.ts';
import { exitCodeOf } from '../exit-code.ts';
import { sayError } from '../output.ts';
import { showing } from '../progress.ts';
import { SELF } from '../self.ts';
import { withService, type CommonOptions } from '../service.ts';
import { containersThat } from '../completion/names.ts';
import { completed } from '../completion/source.ts';

type Reference = { id: string; name: string; state: string };

interface ActOptions extends CommonOptions {
  force?: boolean;
}

/** One thing that is done to one container after the other. */
interface Act {
  description: string;
  /** Shown while it is done. */
  doing: string;
  run(containers: Client<typeof containerService>, target: string, options: ActOptions): Promise<Reference>;
  /** What it is then, where the engine has no word for it. */
  outcome?: string;
  /** What it is called with; a name unless given. */
  example?: string;
  /** Those in which it makes sense; any unless given. */
  states?: readonly string[];
}

const ACTS: Readonly<Record<string, Act>> = {
  start: {
    description: 'start containers',
    doing: 'Starting',
    states: ['created', 'exited'],
    run: (containers, target) => containers.call('container.start', { target }),
  },
  stop: {
    description: 'stop containers: TERM, then KILL after 10 s',
    doing: 'Stopping',
    states: ['running', 'paused', 'restarting'],
    run: (containers, target) => containers.call('container.stop', { target }),
  },
  restart: {
    description: 'stop containers as stop does, and start them again',
    doing: 'Restarting',
    run: (containers, target) => containers.call('container.restart', { target }),
  },
  pause: {
    description: 'freeze all that runs in containers',
    doing: 'Pausing',
    states: ['running'],
    run: (containers, target) => containers.call('container.pause', { target }),
  },
  unpause: {
    description: 'let paused containers go on',
    doing: 'Unpausing',
    states: ['paused'],
    run: (containers, target) => containers.call('container.unpause', { target }),
  },
  rm: {
    description: 'remove containers that do not run',
    doing: 'Removing',
    run: (containers, target, { force = false }) => containers.call('container.remove', { target, force }),
    outcome: 'removed',
    example: 'rm -f web db',
  },
};

export function addContainerActCommands(container: Command): void {
  for (const [verb, act] of Object.entries(ACTS)) {
    const command = container
      .command(verb)
      .description(act.description)
      .addArgument(
        completed('<container...>', 'names, ids or beginnings of ids', containersThat(...(act.states ?? []))),
      )
      .addHelpText('after', `\n  $ ${SELF} container ${act.example ?? `${verb} web`}`)
      .action((targets: string[], _options, command: Command) => runOnAll(act, targets, command.optsWithGlobals()));
    if (verb === 'rm') command.option('-f, --force', 'also what runs');
  }
}

/** Does it to all side by side, whatever becomes of one; the exit code is that of the first failure. */
async function runOnAll(act: Act, targets: readonly string[], options: ActOptions): Promise<void> {
  await withService(containerService, options, async (containers) => {
    const work = Promise.allSettled(targets.map((target) => act.run(containers, target, options)));
    const outcomes = await showing(`${act.doing} ${targets.join(', ')}`, work);
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') printReference(outcome.value, options.json === true, act.outcome);
      else sayError(outcome.reason);
    }
    const failed = outcomes.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') process.exitCode = exitCodeOf(failed.reason);
  });
}
