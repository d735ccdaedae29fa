import type { Client } from '@sextant/client/client';
import { containerService } from '@sextant/protocol/container';
import type { Image } from '@sextant/protocol/container-schemas';
import type { ResultOf } from '@sextant/protocol/method';
import type { Command } from 'commander';
import { showPull } from '../containers/pull.ts';
import { exitCodeOf } from '../exit-code.ts';
import { interruptible } from '../interrupt.ts';
import { bytes, print, printJson, printList, sayError } from '../output.ts';
import { showing } from '../progress.ts';
import { SELF } from '../self.ts';
import { withService, type CommonOptions } from '../service.ts';
import { localTime } from '../time.ts';
import { images } from '../completion/names.ts';
import { completed } from '../completion/source.ts';

type Containers = Client<typeof containerService>;
type Removed = ResultOf<(typeof containerService.methods)['image.remove']>;

const HELP = `
  $ ${SELF} image pull nginx
  $ ${SELF} image ls
  $ ${SELF} image rm nginx`;

export function addImageCommands(program: Command): void {
  const image = program
    .command('image')
    .description('list, pull and remove the images that containers are made from')
    .addHelpText('after', HELP);
  image
    .command('ls')
    .description('list the images that the engine has, the newest first')
    .action((_options, command: Command) => list(command.optsWithGlobals()));
  image
    .command('pull')
    .description('get images from their registries')
    .addArgument(completed('<image...>', 'names, :latest unless they have a tag', images))
    .action((names: string[], _options, command: Command) => pull(names, command.optsWithGlobals()));
  image
    .command('rm')
    .description('remove images')
    .addArgument(completed('<image...>', 'names, ids or beginnings of ids', images))
    .option('-f, --force', 'also those that stopped containers were made from')
    .action((targets: string[], _options, command: Command) => remove(targets, command.optsWithGlobals()));
}

const COLUMNS = {
  name: ({ names }: Image) => names.join(', ') || '-',
  id: ({ id }: Image) => shortId(id),
  size: ({ sizeBytes }: Image) => bytes(sizeBytes),
  created: ({ createdAt }: Image) => localTime(createdAt),
};

async function list(options: CommonOptions): Promise<void> {
  const images = await withService(containerService, options, listAll);
  printList(images, {
    json: options.json,
    columns: COLUMNS,
    narrowing: { spare: ['created'], cut: { name: 'end' } },
    empty: `The engine has no image. Get one: ${SELF} image pull IMAGE`,
  });
}

/** Every page. */
async function listAll(containers: Containers): Promise<Image[]> {
  const images: Image[] = [];
  let next: string | undefined;
  do {
    const page = await containers.call('image.list', { next });
    images.push(...page.items);
    next = page.next;
  } while (next !== undefined);
  return images;
}

/** One after the other, whatever becomes of one. */
async function pull(names: readonly string[], options: CommonOptions): Promise<void> {
  await interruptible((signal) =>
    withService(containerService, options, async (containers) => {
      for (const name of names) {
        try {
          const stream = containers.open('image.pull', { image: name }, { signal });
          await showPull(stream, name);
          const pulled = await stream.result;
          if (options.json) printJson(pulled);
          else print(`${pulled.name}  pulled  ${shortId(pulled.id)}`);
        } catch (error) {
          signal.throwIfAborted();
          fail(error);
        }
      }
    }),
  );
}

/** One after the other: a name of an image may be the last that another one needs. */
async function remove(targets: readonly string[], options: CommonOptions & { force?: boolean }): Promise<void> {
  const { force = false, json = false } = options;
  await withService(containerService, options, async (containers) => {
    for (const target of targets) {
      try {
        const removal = containers.call('image.remove', { target, force });
        printRemoved(await showing(`Removing ${target}`, removal), target, json);
      } catch (error) {
        fail(error);
      }
    }
  });
}

function printRemoved(removed: Removed, target: string, json: boolean): void {
  if (json) printJson(removed);
  else print(`${target}  ${removed.deleted.length > 0 ? 'removed' : 'untagged'}  ${shortId(removed.id)}`);
}

/** The exit code is that of the first failure. */
function fail(error: unknown): void {
  sayError(error);
  process.exitCode ??= exitCodeOf(error);
}

/** As Docker's own client shows them. */
function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}
