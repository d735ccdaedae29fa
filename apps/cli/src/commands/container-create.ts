import { containerService } from '@sextant/protocol/container';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { collectVariable } from '../arguments.ts';
import { createContainer } from '../containers/create.ts';
import { printReference } from '../containers/list.ts';
import { interruptible } from '../interrupt.ts';
import { SELF } from '../self.ts';
import { withService, type CommonOptions } from '../service.ts';

type Pull = 'missing' | 'always' | 'never';
type Port = { container: number; host?: number; protocol?: 'tcp' | 'udp' };

interface CreateOptions extends CommonOptions {
  name?: string;
  env?: Record<string, string>;
  publish?: Port[];
  pull?: Pull;
  interactive?: boolean;
  tty?: boolean;
}

const HELP = `
  $ ${SELF} container create nginx --name web -p 8000:80
  $ ${SELF} container create busybox --env GREETING=hello -- sh -c 'echo $GREETING; sleep 60'`;

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
    .option('-i, --interactive', 'leave its input open, for whoever attaches')
    .option('-t, --tty', 'give it a terminal')
    .addOption(
      new Option('--pull <when>', 'when to pull the image').choices(['missing', 'always', 'never']).default('missing'),
    )
    .addHelpText('after', HELP)
    .action(async (image: string, words: string[], _options, command: Command) => {
      const options: CreateOptions = command.optsWithGlobals();
      const { name, env, publish: ports, pull, tty, interactive: stdin } = options;
      const wish = { image, name, env, ports, pull, tty, stdin, ...(words.length > 0 && { command: words }) };
      const created = await interruptible((signal) =>
        withService(containerService, options, (containers) => createContainer(containers, wish, signal)),
      );
      printReference(created, options.json === true);
    });
}

/** `8000:80`, `80` for any free port of the host, `53:53/udp` */
function collectPort(text: string, before: readonly Port[] = []): Port[] {
  const [, host, container, protocol] = /^(?:(\d{1,5}):)?(\d{1,5})(?:\/(tcp|udp))?$/.exec(text) ?? [];
  if (container === undefined) throw new InvalidArgumentError('It is HOST:CONTAINER, such as 8000:80.');
  const port: Port = { container: Number(container) };
  if (host !== undefined) port.host = Number(host);
  if (protocol === 'tcp' || protocol === 'udp') port.protocol = protocol;
  return [...before, port];
}
