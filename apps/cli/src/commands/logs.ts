import { processService } from '@sextant/protocol/process';
import type { Command } from 'commander';
import { parseLines, parsePlace } from '../arguments.ts';
import { anyProgram } from '../completion/names.ts';
import { completed } from '../completion/source.ts';
import { interruptible } from '../interrupt.ts';
import { keepConnected } from '../kept.ts';
import { Logs } from '../processes/logs.ts';
import { shower } from '../processes/place.ts';
import { SELF } from '../self.ts';
import { connectTo, type CommonOptions } from '../service.ts';

interface LogsOptions extends CommonOptions {
  follow?: boolean;
  since?: number;
  tail?: number;
}

const HELP = `
What it printed to stdout comes on stdout, the rest on stderr. A lost connection is made again, and it goes on at the very byte.
With --json, stdout carries {channel, text, since}: the place to go on from with --since.

  $ ${SELF} logs --tail 100 -f web
  $ ${SELF} logs nap > nap.log`;

export function addLogsCommand(program: Command): void {
  program
    .command('logs')
    .description('show what a program printed, as far as that is kept')
    .addArgument(completed('<target>', 'its pid, name or id, or the beginning of an id', anyProgram))
    .option('-f, --follow', 'until it ends, or Ctrl-C')
    .option('--tail <lines>', 'only so many, counted from the last', parseLines)
    .option('--since <byte>', 'from so many bytes of its output on', parsePlace)
    .addHelpText('after', HELP)
    .action(async (target: string, _options, command: Command) => {
      const { json = false, follow, since, tail, ...trust }: LogsOptions = command.optsWithGlobals();
      const first = await connectTo(processService, trust);
      await interruptible(async (signal) => {
        const logs = new Logs({ target, follow, since, tail }, shower(json), signal);
        const lost = (error: unknown): void => logs.lost(error);
        await keepConnected(processService, first, (client) => logs.readOn(client), { signal, lost, trust });
      });
    });
}
