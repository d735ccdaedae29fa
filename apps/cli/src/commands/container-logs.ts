import { StringDecoder } from 'node:string_decoder';
import { containerService } from '@sextant/protocol/container';
import type { Command } from 'commander';
import { parseLines } from '../arguments.ts';
import { Log, type LogReading } from '../containers/logs.ts';
import { interruptible } from '../interrupt.ts';
import { keepConnected } from '../kept.ts';
import { errorText, say } from '../output.ts';
import { write } from '../prompt-plain.ts';
import { SELF } from '../self.ts';
import { connectTo, type CommonOptions } from '../service.ts';

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
    .argument('<container>', 'name, id or beginning of an id')
    .option('-f, --follow', 'until it stops, or Ctrl-C')
    .option('--tail <lines>', 'only so many, counted from the last', parseLines)
    .option('--since <when>', 'from a time on, such as 2026-11-21T01:02:03Z, or how long ago, such as 10m')
    .addHelpText('after', HELP)
    .action(async (target: string, _options, command: Command) => {
      const options: LogsOptions = command.optsWithGlobals();
      const { follow, tail, since } = options;
      const first = await connectTo(containerService, options);
      await interruptible(async (signal) => {
        const reading = { signal, write: writerFor(options.json === true), ...tellLoss() };
        const log = new Log({ target, follow, tail, since }, reading);
        const { lost } = reading;
        await keepConnected(containerService, first, (client) => log.readOn(client), { signal, lost, trust: options });
      });
    });
}

/** Says when something was lost, once until it is there again. */
function tellLoss(): Pick<LogReading, 'lost' | 'back'> {
  let isLost = false;
  return {
    lost(error) {
      if (!isLost) say(`${errorText(error)} Trying again.`);
      isLost = true;
    },
    back() {
      if (isLost) say('Going on where it was lost.');
      isLost = false;
    },
  };
}

function writerFor(json: boolean): LogReading['write'] {
  if (!json) return (channel, bytes) => write(channel === 'stderr' ? process.stderr : process.stdout, bytes);
  const decoders = new Map<string, StringDecoder>();
  return async (channel, bytes) => {
    const decoder = decoders.get(channel) ?? new StringDecoder();
    decoders.set(channel, decoder);
    await write(process.stdout, `${JSON.stringify({ channel, text: decoder.write(Buffer.from(bytes)) })}\n`);
  };
}
