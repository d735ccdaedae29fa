import { isDeepStrictEqual } from 'node:util';
import { HOST_MEMBERS } from '../container/creation.ts';
import { KEY, UPDATE } from '../container/labels.ts';
import type { Inspected } from '../engine/look.ts';
import type { ImageDetails } from '../image/image.ts';

type Members = Readonly<Record<string, unknown>>;
type Host = Inspected['HostConfig'];

/** Of `Config`: what an update takes over, and what means nothing once a container is made. */
const TAKEN = new Set([
  'Image',
  'Cmd',
  'Env',
  'Labels',
  'Tty',
  'OpenStdin',
  'AttachStdin',
  'AttachStdout',
  'AttachStderr',
  // Those that are published are taken over: see below.
  'ExposedPorts',
]);

/** Of `HostConfig`, besides what the template has. */
const HOST_TAKEN = new Set([...HOST_MEMBERS, 'VolumesFrom', 'ConsoleSize', 'ContainerIDFile']);

/** What an engine says where nothing was said, unless that is nothing; and what of the template can be taken over. */
const USUAL: Readonly<Record<string, (value: unknown, host: Host, isMadeHere: boolean) => boolean>> = {
  CgroupnsMode: oneOf('private', 'host'),
  Devices: (devices) => each(devices, ({ CgroupPermissions }) => CgroupPermissions === 'rw'),
  IpcMode: oneOf('private', 'host'),
  Isolation: oneOf('default'),
  MaskedPaths: isFilled,
  // -1 where the kernel cannot limit it.
  MemorySwap: (swap, { Memory = 0 }, isMadeHere) => Memory > 0 && (swap === 2 * Memory || (isMadeHere && swap === -1)),
  MemorySwappiness: oneOf(-1),
  Mounts: (mounts) => each(mounts, ({ Type, ...rest }) => Type === 'bind' && hasOnly(rest, MOUNT)),
  NetworkMode: oneOf('default', 'bridge', 'host'),
  PidMode: oneOf('host'),
  PidsLimit: oneOf(-1),
  PortBindings: (ports) =>
    Object.entries(ports as Members).every(([port, to]) => /^\d+\/(tcp|udp)$/.test(port) && isFilled(to)),
  ReadonlyPaths: isFilled,
  Runtime: oneOf('runc', 'io.containerd.runc.v2'),
  SecurityOpt: (options, { Privileged = false, PidMode, IpcMode }) =>
    (Privileged || PidMode === 'host' || IpcMode === 'host') && isDeepStrictEqual(options, ['label=disable']),
  ShmSize: oneOf(64 * 1024 * 1024),
  UTSMode: oneOf('host'),
};

/** Where these are not undefined or null, they are meant: never to swap, and to hide nothing. */
const MEANT = new Set(['MemorySwappiness', 'MaskedPaths', 'ReadonlyPaths']);

const MOUNT = new Set(['Source', 'Target', 'ReadOnly']);

/** What others can change of a container that is there already (`docker update`), and the template has not. */
const CHANGEABLE = [
  'BlkioWeight',
  'CpuPeriod',
  'CpuQuota',
  'CpuRealtimePeriod',
  'CpuRealtimeRuntime',
  'CpuShares',
  'CpusetCpus',
  'CpusetMems',
  'KernelMemory',
  'MemoryReservation',
  'MemorySwap',
];

/** Networks that the engine itself gives. */
const USUAL_NETWORKS = new Set(['bridge', 'host', 'none']);

/** Characters of a value that are told. */
const MAX_LENGTH = 64;

/**
 * What of a container an update would lose, which is what this service does not give. Whatever it has made here is from the
 * template, and else as its engine or its image has it, so that what others may change later is all there is to look at.
 */
export function lost(old: Inspected, image: ImageDetails | undefined): string[] {
  const { Config, HostConfig, NetworkSettings } = old;
  // An image that was made from a container has its labels, and so has what others make from it.
  const isMadeHere = [KEY, UPDATE].some(
    (label) => Config.Labels[label] && Config.Labels[label] !== image?.Config?.Labels?.[label],
  );
  const networks = Object.keys(NetworkSettings.Networks).filter((network) => !USUAL_NETWORKS.has(network));
  const members = isMadeHere ? CHANGEABLE : Object.keys(HostConfig).sort();
  return [
    ...(isMadeHere ? [] : lostOfConfig(old, image?.Config ?? {})),
    ...members.flatMap((member) => lostOfHost(member, HostConfig, isMadeHere)),
    ...bindsOf(old).map((target) => `the bind at ${target}`),
    ...networks.map((network) => `the network ${network}`),
  ];
}

/** Of an image that is not here any more nothing is known: then all counts as the container's own. */
function lostOfConfig({ Id, Config, HostConfig }: Inspected, image: ImageDetails['Config'] & {}): string[] {
  const own: Members = { ...Config };
  const its: Members = { ...image };
  const { NetworkMode, UTSMode } = HostConfig;
  // In its network, it has the name of the host.
  const hostname = NetworkMode === 'host' || UTSMode === 'host' ? Config.Hostname : Id.slice(0, 12);
  const members = Object.entries(own).filter(
    ([member, value]) =>
      !TAKEN.has(member) &&
      !isNothing(value) &&
      !isDeepStrictEqual(value, member === 'Hostname' ? hostname : its[member]),
  );
  const emptied = ['Cmd', 'Entrypoint'].filter((member) => isNothing(own[member]) && !isNothing(its[member]));
  const ports = Object.keys(Config.ExposedPorts ?? {}).filter(
    (port) => !Object.hasOwn({ ...HostConfig.PortBindings, ...image.ExposedPorts }, port),
  );
  return [
    ...members.map(([member, value]) => named(member, value)),
    ...emptied.map((member) => `no ${member}`),
    ...ports.map((port) => named('ExposedPorts', port)),
  ].sort();
}

function lostOfHost(member: string, host: Host, isMadeHere: boolean): string[] {
  const value = ({ ...host } as Members)[member];
  const isSaid = MEANT.has(member) ? value !== undefined && value !== null : !isNothing(value);
  if (!isSaid) return [];
  const isKept = USUAL[member]?.(value, host, isMadeHere) ?? HOST_TAKEN.has(member);
  return isKept ? [] : [named(member, value)];
}

/** Folders of the host that are there in another way than the template's: volumes of others may bring them. */
function bindsOf({ Mounts, HostConfig }: Inspected): string[] {
  const known = new Set((HostConfig.Mounts ?? []).map(({ Target }) => Target));
  return Mounts.filter(({ Type, Destination }) => Type === 'bind' && !known.has(Destination)).map(
    ({ Destination }) => Destination,
  );
}

function named(member: string, value: unknown): string {
  const isPlain = (typeof value === 'string' && value.length <= MAX_LENGTH) || typeof value === 'number';
  return isPlain ? `${member} ${value}` : member;
}

/** An engine says null, 0, "", [] or {} for nothing too. */
function isNothing(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isNothing);
  return typeof value === 'object' && value !== null ? Object.keys(value).length === 0 : !value;
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

function oneOf(...values: readonly unknown[]): (value: unknown) => boolean {
  return (value) => values.includes(value);
}

function each(list: unknown, is: (entry: Members) => boolean): boolean {
  return Array.isArray(list) && (list as Members[]).every(is);
}

function hasOnly(members: Members, names: ReadonlySet<string>): boolean {
  return Object.entries(members).every(([name, value]) => names.has(name) || isNothing(value));
}
