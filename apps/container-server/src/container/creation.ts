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
  };
}

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
  const { command, env = {}, ports = [], labels, memoryBytes, cpus, restart = 'no', tty, stdin } = wish;
  const byPort = Object.groupBy(ports, ({ container, protocol }) => `${container}/${protocol}`);
  return {
    Image: image,
    ...(command && { Cmd: command }),
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    Labels: { ...labels, ...labelsFor(owner), ...marks },
    Tty: tty,
    OpenStdin: stdin,
    ExposedPorts: mapValues(byPort, () => ({})),
    HostConfig: {
      LogConfig: LOG,
      PortBindings: mapValues(byPort, (ports) => ports.map((port) => binding(port, publishHost, wish.freePort))),
      RestartPolicy: { Name: restart },
      PidsLimit: wish.processes,
      ...(memoryBytes !== undefined && { Memory: memoryBytes }),
      ...(cpus !== undefined && { NanoCpus: Math.round(cpus * 1e9) }),
      ...hostAccess(wish),
    },
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

const NAMESPACE_MODES = { network: 'NetworkMode', pid: 'PidMode', ipc: 'IpcMode', uts: 'UTSMode' } as const;

/** The engine finds a free port where none is given, of a range where one is. */
function binding({ host }: Port, publishHost: string, freePort: string): { HostIp: string; HostPort: string } {
  return { HostIp: publishHost, HostPort: host === undefined ? freePort : String(host) };
}

function mapValues<T, U>(record: Partial<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value as T)]));
}
