import { containerService } from '@sextant/protocol/container';
import { ProtocolError } from '@sextant/protocol/errors';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { collectVariable, parseLength, parseSize } from '../arguments.ts';
import { createContainer } from '../containers/create.ts';
import { readCreation, type CreationWords } from '../containers/creation-words.ts';
import { holdLeash } from '../containers/leash.ts';
import { addHostOptions, hostWish, type HostOptions } from '../containers/host-options.ts';
import { printReference } from '../containers/list.ts';
import { tellCreated } from '../containers/tell-created.ts';
import { interruptible } from '../interrupt.ts';
import { SELF } from '../self.ts';
import { withService, type CommonOptions } from '../service.ts';
import { images } from '../completion/names.ts';
import { completed } from '../completion/source.ts';

export type Pull = 'missing' | 'always' | 'never';
export type Port = { container: number; host?: number; protocol?: 'tcp' | 'udp' };

export type Restart = 'no' | 'on-failure' | 'unless-stopped' | 'always';

interface CreateOptions extends CommonOptions, HostOptions {
  name?: string;
  env?: Record<string, string>;
  port?: Port[];
  publish?: Port[];
  memory?: number;
  cpus?: number;
  restart?: Restart;
  label?: Record<string, string>;
  pull?: Pull;
  interactive?: boolean;
  tty?: boolean;
  ttl?: number;
  leash?: boolean;
}

const HELP = `
With --leash this stays: it shows what the container prints, and ends with its exit code; the container is removed then, and
stopped and removed by Ctrl-C.

  $ ${SELF} container create web nginx --port 8081:80 --ttl 10m
  $ ${SELF} container create redis --memory 512m --cpus 1.5 --restart unless-stopped --label team=web
  $ ${SELF} container create nap busybox --env GREETING=hello -- sh -c 'echo $GREETING; sleep 60'
  $ ${SELF} container create --leash busybox -- ping -c 3 127.0.0.1`;

export function addContainerCreateCommand(container: Command): void {
  const creation = container
    .command('create')
    .description('create a container from an image, and start it')
    .usage('[options] [NAME] IMAGE [-- COMMAND...]')
    .addArgument(
      completed(
        '<image...>',
        'its name, unless the engine is to give it one, and its image, pulled if it is not here',
        images,
      ),
    )
    .option('--name <name>', 'the same as NAME')
    .option('-e, --env <name=value>', 'add to its environment; may be repeated', collectVariable)
    .option('-p, --port <host:container>', 'let a port of this machine lead into it; may be repeated', collectPort)
    .addOption(new Option('--publish <host:container>').argParser(collectPort).hideHelp())
    .option('--ttl <time>', 'stop and remove it after so long, such as 90s, 10m or 2h', parseLength)
    .option('--leash', 'stop and remove it with this command, which shows meanwhile what it prints')
    .option('--memory <size>', 'the most memory it may use, such as 512m or 2g', parseSize)
    .option('--cpus <number>', 'the most processors it may use, such as 1.5', parseNumber)
    .addOption(
      new Option('--restart <policy>', 'when the engine starts it again')
        .choices(['no', 'on-failure', 'unless-stopped', 'always'])
        .default('no'),
    )
    .option('--label <name=value>', 'mark it; may be repeated', collectVariable)
    .option('-i, --interactive', 'leave its input open, for whoever attaches')
    .option('-t, --tty', 'give it a terminal')
    .addOption(
      new Option('--pull <when>', 'when to pull the image').choices(['missing', 'always', 'never']).default('missing'),
    )
    .addHelpText('after', HELP)
    .action(async (words: string[], _options, command: Command) => {
      const options: CreateOptions = command.optsWithGlobals();
      const program = words.splice(words.length - countAfterDashes());
      process.exitCode = await create(readCreation(words, program, options.name), options);
    });
  addHostOptions(creation);
}

const NO_INPUT = `--leash passes no input on, so it goes without -i and -t. Leave it out, then: ${SELF} container attach NAME`;

/** @returns the exit code that this command ends with. */
function create(words: CreationWords, options: CreateOptions): Promise<number> {
  const wish = { ...words, ...settingsOf(options) };
  const { json = false, leash = false, ttl } = options;
  if (leash && (options.interactive || options.tty)) throw new ProtocolError('invalid_params', NO_INPUT);
  return interruptible((signal) =>
    withService(containerService, options, async (containers) => {
      const created = await createContainer(containers, wish, signal);
      printReference(created, json);
      if (!json) await tellCreated(containers, created.id, { ttl, leash });
      return leash ? holdLeash(containers, created, json, signal) : 0;
    }),
  );
}

/** All but what the words say. */
function settingsOf(options: CreateOptions) {
  const { env, port = [], publish = [], memory: memoryBytes, cpus, restart, label: labels } = options;
  const { tty, interactive: stdin, pull, ttl: ttlMs, leash } = options;
  const ports = [...port, ...publish];
  return { env, ports, memoryBytes, cpus, restart, labels, tty, stdin, pull, ttlMs, leash, ...hostWish(options) };
}

/** Commander puts the words after `--` to those before it. */
function countAfterDashes(): number {
  const at = process.argv.indexOf('--');
  return at < 0 ? 0 : process.argv.length - at - 1;
}

export function parseNumber(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number)) throw new InvalidArgumentError('It is a number such as 1.5.');
  return number;
}

/** `8000:80`, `80` for any free port of the host, `53:53/udp` */
export function collectPort(text: string, before: readonly Port[] = []): Port[] {
  const [, host, container, protocol] = /^(?:(\d{1,5}):)?(\d{1,5})(?:\/(tcp|udp))?$/.exec(text) ?? [];
  if (container === undefined) throw new InvalidArgumentError('It is HOST:CONTAINER, such as 8000:80.');
  const port: Port = { container: Number(container) };
  if (host !== undefined) port.host = Number(host);
  if (protocol === 'tcp' || protocol === 'udp') port.protocol = protocol;
  return [...before, port];
}
