import { containerService } from '@sextant/protocol/container';
import type { Change } from '@sextant/protocol/container-update';
import { isErrorType } from '@sextant/protocol/errors';
import { Option, type Command } from 'commander';
import { collect, collectVariable, parseMilliseconds, parseSize } from '../arguments.ts';
import { anyContainer } from '../completion/names.ts';
import { completed } from '../completion/source.ts';
import { printReference } from '../containers/list.ts';
import { differenceText, sayLog, updateContainer } from '../containers/update.ts';
import { exitCodeOf } from '../exit-code.ts';
import { interruptible } from '../interrupt.ts';
import { print, printJson, say, sayError } from '../output.ts';
import { SELF } from '../self.ts';
import { withService, type CommonOptions } from '../service.ts';
import { collectPort, parseNumber, type Port, type Pull, type Restart } from './container-create.ts';

interface UpdateOptions extends CommonOptions {
  image?: string;
  env?: Record<string, string>;
  unsetEnv?: string[];
  port?: Port[];
  publish?: Port[];
  memory?: number;
  cpus?: number;
  restart?: Restart;
  pull?: Pull;
  timeout?: number;
  dryRun?: boolean;
}

const HELP = `
The new one takes the place and the unnamed volumes of the old one, which is removed once the new one is healthy: by its health
check, or by having run for two seconds. Otherwise the old one is back. What is not said stays as it is.

  $ ${SELF} container update web --image nginx:1.29 --dry-run
  $ ${SELF} container update web -e MODE=fast --unset-env DEBUG --port 8081:80
  $ ${SELF} container update web --pull always`;

export function addContainerUpdateCommand(container: Command): void {
  container
    .command('update')
    .description('put a container made otherwise in the place of one; if it is not healthy, the old one is back')
    .usage('[options] CONTAINER [-- COMMAND...]')
    .addArgument(completed('<container>', 'its name, its id or the beginning of its id', anyContainer))
    .argument('[command...]', "what it runs in place of the image's own program")
    .option('--image <image>', 'what it is made from')
    .option('-e, --env <name=value>', 'set a variable of its environment; may be repeated', collectVariable)
    .option('--unset-env <name>', 'take a variable away; may be repeated', collect)
    .option('-p, --port <host:container>', 'its ports, in place of those it has; may be repeated', collectPort)
    .addOption(new Option('--publish <host:container>').argParser(collectPort).hideHelp())
    .option('--memory <size>', 'the most memory it may use, such as 512m or 2g', parseSize)
    .option('--cpus <number>', 'the most processors it may use, such as 1.5', parseNumber)
    .addOption(
      new Option('--restart <policy>', 'when the engine starts it again').choices([
        'no',
        'on-failure',
        'unless-stopped',
        'always',
      ]),
    )
    .addOption(new Option('--pull <when>', 'when to pull the image (missing)').choices(['missing', 'always', 'never']))
    .option('--timeout <ms>', 'within which it must be healthy (60000)', parseMilliseconds)
    .option('--dry-run', 'only show the difference')
    .addHelpText('after', HELP)
    .action((target: string, words: string[], _options, command: Command) =>
      update(target, words, command.optsWithGlobals()),
    );
}

async function update(target: string, words: readonly string[], options: UpdateOptions): Promise<void> {
  const { image, port, publish, memory: memoryBytes, cpus, restart, pull, timeout: timeoutMs, dryRun } = options;
  const ports = port || publish ? [...(port ?? []), ...(publish ?? [])] : undefined;
  const unset = options.unsetEnv?.map((name) => [name, null] as const) ?? [];
  const env = options.env || unset.length > 0 ? { ...options.env, ...Object.fromEntries(unset) } : undefined;
  const settings = { target, image, env, ports, memoryBytes, cpus, restart, pull, timeoutMs, dryRun };
  const wish = { ...settings, ...(words.length > 0 && { command: [...words] }) };
  let changes: readonly Change[] = [];
  const differs = (found: readonly Change[]): void => {
    changes = found;
    if (options.json || found.length === 0) return;
    // What was asked for is data; else it is what is about to be done.
    (dryRun ? print : say)(differenceText(found));
  };
  try {
    const result = await interruptible((signal) =>
      withService(containerService, options, (containers) => updateContainer(containers, wish, differs, signal)),
    );
    if (options.json) return printJson({ ...result, changes });
    if (changes.length === 0) say(`There is nothing to change about ${result.name}.`);
    if (!dryRun) printReference(result, false);
  } catch (error) {
    sayError(error);
    sayLog(error);
    if (isErrorType(error, 'cancelled') && changes.length > 0) say(`${target} is being put back as it was.`);
    process.exitCode = exitCodeOf(error);
  }
}
