import { containerService } from '@sextant/protocol/container';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { collectVariable } from '../arguments.ts';
import { createContainer } from '../containers/create.ts';
import { printReference } from '../containers/list.ts';
import { interruptible } from '../interrupt.ts';
import { SELF } from '../self.ts';
import { withService, type CommonOptions } from '../service.ts';

export type Pull = 'missing' | 'always' | 'never';
export type Port = { container: number; host?: number; protocol?: 'tcp' | 'udp' };

export type Restart = 'no' | 'on-failure' | 'unless-stopped' | 'always';

interface CreateOptions extends CommonOptions {
  name?: string;
  env?: Record<string, string>;
  publish?: Port[];
  memory?: number;
  cpus?: number;
  restart?: Restart;
  label?: Record<string, string>;
  pull?: Pull;
  interactive?: boolean;
  tty?: boolean;
}

const HELP = `
  $ ${SELF} container create nginx --name web -p 8000:80
  $ ${SELF} container create busybox --env GREETING=hello -- sh -c 'echo $GREETING; sleep 60'
  $ ${SELF} container create redis --memory 512m --cpus 1.5 --restart unless-stopped --label team=web`;

export function addContainerCreateCommand(container: Command): void {
  container
    .command('create')
    .description('create a container from an image, and start it')
    .usage('[options] IMAGE [-- COMMAND...]')
    .argument('<image>', 'pulled if it is not here')
    .argument('[command...]', "what it runs in place of the image's own program")
    .option('--name <name>', 'name of the container; the engine gives one unless given')
    .option('-e, --env <name=value>', 'add to its environment; may be repeated', collectVariable)
    .option('-p, --publish <host:container>', 'let a port of this machine lead into it; may be repeated', collectPort)
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
    .action(async (image: string, words: string[], _options, command: Command) => {
      const options: CreateOptions = command.optsWithGlobals();
      const {
        name,
        env,
        publish: ports,
        memory: memoryBytes,
        cpus,
        restart,
        label: labels,
        tty,
        interactive: stdin,
        pull,
      } = options;
      const settings = { name, env, ports, memoryBytes, cpus, restart, labels, tty, stdin, pull };
      const wish = { image, ...settings, ...(words.length > 0 && { command: words }) };
      const created = await interruptible((signal) =>
        withService(containerService, options, (containers) => createContainer(containers, wish, signal)),
      );
      printReference(created, options.json === true);
    });
}

const UNITS = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** `512m`; bytes where there is no unit, as Docker's own client takes it. */
export function parseSize(text: string): number {
  const [, number, unit = 'b'] = /^(\d+(?:\.\d+)?)([bkmg]?)b?$/.exec(text.toLowerCase()) ?? [];
  if (number === undefined) throw new InvalidArgumentError('It is a size such as 512m or 2g.');
  return Math.round(Number(number) * UNITS[(unit || 'b') as keyof typeof UNITS]);
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
