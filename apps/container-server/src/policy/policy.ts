import type { containerService } from '@sextant/protocol/container';
import type { ParamsOf } from '@sextant/protocol/method';
import { fullName } from '../image/image.ts';
import type { HostFolders } from './host-folders.ts';
import { refused } from './refused.ts';
import type { Rules } from './rules.ts';

type Params = ParamsOf<(typeof containerService.methods)['container.create']>;

/** What a container may be created from: what was asked for, within the policy, and what that adds. */
export interface Allowed extends Params {
  /** The most processes and threads it may have. */
  readonly processes: number;
  /** Where a port is published that asked for no port of the host, as the engine takes it: any, where empty. */
  readonly freePort: string;
}

/** What callers may make of the engine, as whoever runs the service has ruled. */
export class Policy {
  readonly rules: Rules;
  readonly #folders: HostFolders;

  constructor(rules: Rules, folders: HostFolders) {
    this.rules = rules;
    this.#folders = folders;
  }

  /** @throws ProtocolError `forbidden` that says what is not allowed. */
  async allowed(params: Params): Promise<Allowed> {
    const { rules } = this;
    this.#checkImage(params.image);
    if (params.pull === 'always') this.checkPull(params.image);
    checkPorts(params, rules);
    checkHostAccess(params, rules);
    for (const mount of params.mounts ?? []) await this.#folders.check(mount);
    return {
      ...params,
      memoryBytes: within('memoryBytes', params.memoryBytes, rules),
      cpus: within('cpus', params.cpus, rules),
      processes: rules.processes,
      freePort: freePort(rules),
    };
  }

  /** @throws ProtocolError `forbidden` for an image that may not be pulled. */
  checkPull(image: string): void {
    this.#checkImage(image);
    if (!this.rules.pull)
      throw refused('pull', `The policy of this service lets no image be pulled, so not ${JSON.stringify(image)}`);
  }

  #checkImage(image: string): void {
    const { images } = this.rules;
    const name = fullName(image);
    if (!images || images.some((pattern) => matches(pattern, name))) return;
    throw refused(
      'images',
      `The image ${JSON.stringify(name)} is none of those that the policy of this service allows`,
    );
  }
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/** What was asked for, else the usual amount, else the most there is. */
function within(member: 'memoryBytes' | 'cpus', asked: number | undefined, rules: Rules): number | undefined {
  const { default: usual, max } = rules[member];
  if (asked !== undefined && max !== undefined && asked > max)
    throw refused(member, `The policy of this service allows at most ${max} as ${member}, and ${asked} was asked for`);
  return asked ?? usual ?? max;
}

function checkPorts({ ports = [] }: Params, { ports: { host: ranges, max = Infinity } }: Rules): void {
  if (ports.length > max)
    throw refused(
      'ports',
      `The policy of this service allows a container ${max} published ports, and ${ports.length} were asked for`,
    );
  for (const { host } of ports) {
    if (host === undefined || !ranges || ranges.some(({ from, to }) => host >= from && host <= to)) continue;
    const allowed = ranges.map(({ from, to }) => `${from}-${to}`).join(', ');
    throw refused(
      'ports',
      `Port ${host} of the host is none of those that the policy of this service allows, which are ${allowed}`,
    );
  }
}

function freePort({ ports: { host: [range] = [] } }: Rules): string {
  return range ? `${range.from}-${range.to}` : '';
}

/** What would give a container rights on the engine's machine. */
function checkHostAccess({ privileged = false, hostNamespaces = [], devices = [] }: Params, rules: Rules): void {
  if (privileged && !rules.privileged)
    throw refused(
      'privileged',
      'The policy of this service allows no privileged container: that one would have all rights of the host',
    );
  for (const namespace of hostNamespaces) {
    if (!rules.hostNamespaces.includes(namespace))
      throw refused(
        'hostNamespaces',
        `The policy of this service does not let containers share the "${namespace}" namespace of the host`,
      );
  }
  for (const { path } of devices) {
    if (!rules.devices.includes(path))
      throw refused(
        'devices',
        `The policy of this service does not let containers have the device ${JSON.stringify(path)} of the host`,
      );
  }
}
