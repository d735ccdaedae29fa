import type { containerService } from '@sextant/protocol/container';
import type { ParamsInput } from '@sextant/protocol/method';
import { InvalidArgumentError, Option, type Command } from 'commander';

type Wish = ParamsInput<(typeof containerService)['methods']['container.create']>;
type Device = NonNullable<Wish['devices']>[number];
type Mount = NonNullable<Wish['mounts']>[number];
type Namespace = NonNullable<Wish['hostNamespaces']>[number];

/** What a container may have of the engine's machine. */
export interface HostOptions {
  privileged?: boolean;
  hostNamespace?: Namespace[];
  device?: Device[];
  mount?: Mount[];
}

const NAMESPACES: readonly Namespace[] = ['network', 'pid', 'ipc', 'uts'];

/** Options that a service refuses unless its policy file allows them. */
export function addHostOptions(create: Command): void {
  create
    .option('--privileged', 'give it all rights of the host; this and what follows only where the service allows it')
    .addOption(
      new Option(
        '--host-namespace <name>',
        `share one with the host: ${NAMESPACES.join(', ')}; may be repeated`,
      ).argParser(collectNamespace),
    )
    .option('--device <path[:path]>', 'a device of the host, and its path inside; may be repeated', collectDevice)
    .option(
      '--mount <source:target[:rw]>',
      'a folder of the host, and where it is inside, to be read, or written with :rw; may be repeated',
      collectMount,
    );
}

export function hostWish({ privileged, hostNamespace, device, mount }: HostOptions): Partial<Wish> {
  return { privileged, hostNamespaces: hostNamespace, devices: device, mounts: mount };
}

function collectNamespace(text: string, before: readonly Namespace[] = []): Namespace[] {
  const known = NAMESPACES.find((name) => name === text);
  if (!known) throw new InvalidArgumentError(`It is one of ${NAMESPACES.join(', ')}.`);
  return [...before, known];
}

function collectDevice(text: string, before: readonly Device[] = []): Device[] {
  const [path = '', as, ...more] = text.split(':');
  if (path === '' || as === '' || more.length > 0)
    throw new InvalidArgumentError('It is PATH or PATH:PATH, such as /dev/fuse.');
  return [...before, as === undefined ? { path } : { path, as }];
}

function collectMount(text: string, before: readonly Mount[] = []): Mount[] {
  const [source = '', target = '', mode, ...more] = text.split(':');
  if (source === '' || target === '' || more.length > 0 || (mode !== undefined && mode !== 'rw'))
    throw new InvalidArgumentError('It is SOURCE:TARGET or SOURCE:TARGET:rw, such as /srv/data:/data.');
  return [...before, { source, target, write: mode === 'rw' }];
}
