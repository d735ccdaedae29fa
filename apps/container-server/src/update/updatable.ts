import { ProtocolError } from '@sextant/protocol/errors';
import type { Inspected } from '../engine/engine.ts';

/** What a container of somebody else's making may have, and would lose without a word. */
const FOREIGN = [
  'AutoRemove',
  'Binds',
  'CapAdd',
  'CapDrop',
  'DeviceRequests',
  'Dns',
  'ExtraHosts',
  'GroupAdd',
  'Links',
  'PublishAllPorts',
  'ReadonlyRootfs',
  'SecurityOpt',
  'Sysctls',
  'Tmpfs',
  'Ulimits',
];

/** How it may share with others; what the template has of it, and what the engine says where nothing was said. */
const MODES = ['NetworkMode', 'PidMode', 'IpcMode', 'UTSMode'];
const MODES_HERE = new Set<unknown>(['host', 'default', 'bridge', 'private', 'shareable', '', undefined]);

/** Networks that the engine itself gives. */
const USUAL_NETWORKS = new Set(['bridge', 'host', 'none']);

/**
 * @throws ProtocolError `conflict` for a container that cannot be replaced in its state, or of which something would be lost:
 *   nothing of this service's making, but its label may be on others.
 */
export function mustBeUpdatable({ Name, State, HostConfig, NetworkSettings }: Inspected): void {
  const name = Name.slice(1);
  if (State.Status === 'paused') {
    throw new ProtocolError('conflict', `${name} is paused: unpause it first (sextant container unpause ${name}).`);
  }
  if (State.Status === 'removing' || State.Status === 'dead')
    throw new ProtocolError('conflict', `${name} is being removed.`);
  const members = FOREIGN.filter((member) => isSet(HostConfig[member as 'Binds']));
  const modes = MODES.filter((mode) => !MODES_HERE.has(HostConfig[mode as 'PidMode']));
  const mounts = (HostConfig.Mounts ?? []).filter(({ Type }) => Type !== 'bind');
  const networks = Object.keys(NetworkSettings.Networks).filter((network) => !USUAL_NETWORKS.has(network));
  const lost = [
    ...members,
    ...modes.map((mode) => `${mode} ${HostConfig[mode as 'PidMode']}`),
    ...mounts.map(({ Type, Target }) => `the ${Type} at ${Target}`),
    ...networks.map((network) => `the network ${network}`),
  ];
  if (lost.length === 0) return;
  throw new ProtocolError(
    'conflict',
    `${name} has what this service does not give, and it would be lost: ${lost.join(', ')}. Make it anew where it was made.`,
  );
}

/** An engine says null, 0, "", [] or {} for nothing too. */
function isSet(value: unknown): boolean {
  return typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value);
}
