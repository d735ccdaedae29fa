import type { Allowed } from '../policy/policy.ts';
import { labelsFor } from './labels.ts';

type Port = NonNullable<Allowed['ports']>[number];

/** What the engine is asked to create: this template and what schema and policy let a caller fill in, never more. */
export interface Creation {
  Image: string;
  Cmd?: string[];
  Env: string[];
  Labels: Record<string, string>;
  ExposedPorts: Record<string, object>;
  Tty: boolean;
  OpenStdin: boolean;
  HostConfig: {
    LogConfig: { Type: string; Config: Record<string, string> };
    PortBindings: Record<string, { HostIp: string; HostPort: string }[]>;
    RestartPolicy: { Name: NonNullable<Allowed['restart']> };
    PidsLimit: number;
    Memory?: number;
    NanoCpus?: number;
    Privileged?: true;
    NetworkMode?: 'host';
    PidMode?: 'host';
    IpcMode?: 'host';
    UTSMode?: 'host';
    Devices?: { PathOnHost: string; PathInContainer: string; CgroupPermissions: 'rw' }[];
    Mounts?: { Type: 'bind'; Source: string; Target: string; ReadOnly: boolean }[];
    /** The container in whose place this one is: it has the same volumes. */
    VolumesFrom?: string[];
  };
}

/** All that a `HostConfig` of ours may say of how a container runs, and so what an update takes over. */
export const HOST_MEMBERS = Object.keys({
  LogConfig: true,
  PortBindings: true,
  RestartPolicy: true,
  PidsLimit: true,
  Memory: true,
  NanoCpus: true,
  Privileged: true,
  NetworkMode: true,
  PidMode: true,
  IpcMode: true,
  UTSMode: true,
  Devices: true,
  Mounts: true,
} satisfies Record<Exclude<keyof Creation['HostConfig'], 'VolumesFrom'>, true>);

/** What a container writes is kept up to 30 MB; the engine would keep all. */
const LOG = { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } };

/** @param marks labels of our own besides those that each container has. */
export function creation(
  wish: Allowed,
  image: string,
  publishHost: string,
  owner: string,
  marks: Readonly<Record<string, string>> = {},
): Creation {
  const { command, env = {}, ports = [], labels, restart = 'no', tty, stdin } = wish;
  const { ExposedPorts, PortBindings } = published(ports, publishHost, wish.freePort);
  return {
    Image: image,
    ...(command && { Cmd: command }),
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    Labels: { ...labels, ...labelsFor(owner), ...marks },
    Tty: tty,
    OpenStdin: stdin,
    ExposedPorts,
    HostConfig: {
      LogConfig: LOG,
      PortBindings,
      RestartPolicy: { Name: restart },
      PidsLimit: wish.processes,
      ...limits(wish),
      ...hostAccess(wish),
    },
  };
}

/** How ports are let into a container. */
function published(
  ports: readonly Port[],
  publishHost: string,
  freePort: string,
): Pick<Creation, 'ExposedPorts'> & Pick<Creation['HostConfig'], 'PortBindings'> {
  const byPort = Object.groupBy(ports, ({ container, protocol }) => `${container}/${protocol}`);
  return {
    ExposedPorts: mapValues(byPort, () => ({})),
    PortBindings: mapValues(byPort, (same) => same.map((port) => binding(port, publishHost, freePort))),
  };
}

/** The most that a container may use, where that is said. */
function limits({
  memoryBytes,
  cpus,
}: Pick<Allowed, 'memoryBytes' | 'cpus'>): Pick<Creation['HostConfig'], 'Memory' | 'NanoCpus'> {
  return {
    ...(memoryBytes !== undefined && { Memory: memoryBytes }),
    ...(cpus !== undefined && { NanoCpus: Math.round(cpus * 1e9) }),
  };
}

/** What gives rights on the engine's machine: nothing, unless the policy let a caller ask for it. */
function hostAccess({
  privileged,
  hostNamespaces = [],
  devices = [],
  mounts = [],
}: Allowed): Partial<Creation['HostConfig']> {
  return {
    ...(privileged && { Privileged: true }),
    ...Object.fromEntries(hostNamespaces.map((namespace) => [NAMESPACE_MODES[namespace], 'host'])),
    ...(devices.length > 0 && {
      Devices: devices.map(({ path, as = path }) => ({
        PathOnHost: path,
        PathInContainer: as,
        CgroupPermissions: 'rw' as const,
      })),
    }),
    ...(mounts.length > 0 && {
      Mounts: mounts.map(({ source, target, write }) => ({
        Type: 'bind' as const,
        Source: source,
        Target: target,
        ReadOnly: !write,
      })),
    }),
  };
}

/** What a container has of that, in the words of a caller. */
export function hostAccessOf({ HostConfig }: Creation): Pick<Allowed, 'privileged' | HostParam> {
  const { Privileged, Devices, Mounts } = HostConfig;
  const namespaces = Object.keys(NAMESPACE_MODES) as (keyof typeof NAMESPACE_MODES)[];
  return {
    privileged: Privileged === true,
    hostNamespaces: namespaces.filter((namespace) => HostConfig[NAMESPACE_MODES[namespace]] === 'host'),
    // The engine says null for none.
    devices: (Devices ?? []).map(({ PathOnHost, PathInContainer }) => ({ path: PathOnHost, as: PathInContainer })),
    mounts: (Mounts ?? []).map(({ Source, Target, ReadOnly }) => ({
      source: Source,
      target: Target,
      write: !ReadOnly,
    })),
  };
}

type HostParam = 'hostNamespaces' | 'devices' | 'mounts';

/** The members of a `HostConfig` that say so where a namespace is the host's. */
export const NAMESPACE_MODES = { network: 'NetworkMode', pid: 'PidMode', ipc: 'IpcMode', uts: 'UTSMode' } as const;

/** The engine finds a free port where none is given, of a range where one is. */
function binding({ host }: Port, publishHost: string, freePort: string): { HostIp: string; HostPort: string } {
  return { HostIp: publishHost, HostPort: host === undefined ? freePort : String(host) };
}

function mapValues<T, U>(record: Partial<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value as T)]));
}
