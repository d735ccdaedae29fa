import { containerService } from '@sextant/protocol/container';
import type { Command } from 'commander';
import { parseLines } from '../arguments.ts';
import { logReading } from '../containers/log-output.ts';
import { Log } from '../containers/logs.ts';
import { interruptible } from '../interrupt.ts';
import { keepConnected } from '../kept.ts';
import { SELF } from '../self.ts';
import { connectTo, type CommonOptions } from '../service.ts';
import { anyContainer } from '../completion/names.ts';
import { completed } from '../completion/source.ts';

interface LogsOptions extends CommonOptions {
  follow?: boolean;
  tail?: number;
  since?: string;
}

const HELP = `
What it prints to stdout comes on stdout, the rest on stderr. With --json, stdout carries {channel, text}.

  $ ${SELF} container logs --tail 100 -f web
  $ ${SELF} container logs --since 10m web`;

export function addContainerLogsCommand(container: Command): void {
  container
    .command('logs')
    .description('show what a container prints')
    .addArgument(completed('<container>', 'name, id or beginning of an id', anyContainer))
    .option('-f, --follow', 'until it stops, or Ctrl-C')
    .option('--tail <lines>', 'only so many, counted from the last', parseLines)
    .option('--since <when>', 'from a time on, such as 2026-11-21T01:02:03Z, or how long ago, such as 10m')
    .addHelpText('after', HELP)
    .action(async (target: string, _options, command: Command) => {
      const options: LogsOptions = command.optsWithGlobals();
      const { follow, tail, since } = options;
      const first = await connectTo(containerService, options);
      await interruptible(async (signal) => {
        const reading = logReading(options.json === true, signal);
        const log = new Log({ target, follow, tail, since }, reading);
        const lost = (error: unknown): void => reading.lost(error);
        await keepConnected(containerService, first, (client) => log.readOn(client), { signal, lost, trust: options });
      });
    });
}
