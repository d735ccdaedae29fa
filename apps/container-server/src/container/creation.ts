import type { containerService } from '@sextant/protocol/container';
import type { ParamsOf } from '@sextant/protocol/method';
import { LABELS } from './labels.ts';

type Params = ParamsOf<(typeof containerService.methods)['container.create']>;
type Port = NonNullable<Params['ports']>[number];

/** What the engine is asked to create: this template and what the schema lets a caller fill in, never more. */
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
    RestartPolicy: { Name: NonNullable<Params['restart']> };
    Memory?: number;
    NanoCpus?: number;
    /** The container in whose place this one is: it has the same volumes. */
    VolumesFrom?: string[];
  };
}

/** All that a `HostConfig` of ours may say of how a container runs, and so what an update takes over. */
export const HOST_MEMBERS = Object.keys({
  LogConfig: true,
  PortBindings: true,
  RestartPolicy: true,
  Memory: true,
  NanoCpus: true,
} satisfies Record<Exclude<keyof Creation['HostConfig'], 'VolumesFrom'>, true>);

/** What a container writes is kept up to 30 MB; the engine would keep all. */
const LOG = { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } };

export function creation(params: Params, image: string, publishHost: string): Creation {
  const { command, env = {}, ports = [], labels, restart = 'no', tty, stdin } = params;
  const { ExposedPorts, PortBindings } = published(ports, publishHost);
  return {
    Image: image,
    ...(command && { Cmd: command }),
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    Labels: { ...labels, ...LABELS },
    Tty: tty,
    OpenStdin: stdin,
    ExposedPorts,
    HostConfig: { LogConfig: LOG, PortBindings, RestartPolicy: { Name: restart }, ...limits(params) },
  };
}

/** How ports are let into a container. */
export function published(
  ports: readonly Port[],
  publishHost: string,
): Pick<Creation, 'ExposedPorts'> & Pick<Creation['HostConfig'], 'PortBindings'> {
  const byPort = Object.groupBy(ports, ({ container, protocol }) => `${container}/${protocol}`);
  return {
    ExposedPorts: mapValues(byPort, () => ({})),
    PortBindings: mapValues(byPort, (same) => same.map((port) => binding(port, publishHost))),
  };
}

/** The most that a container may use, where that is said. */
export function limits({
  memoryBytes,
  cpus,
}: Pick<Params, 'memoryBytes' | 'cpus'>): Pick<Creation['HostConfig'], 'Memory' | 'NanoCpus'> {
  return {
    ...(memoryBytes !== undefined && { Memory: memoryBytes }),
    ...(cpus !== undefined && { NanoCpus: Math.round(cpus * 1e9) }),
  };
}

/** The engine finds a free port where none is given. */
function binding({ host }: Port, publishHost: string): { HostIp: string; HostPort: string } {
  return { HostIp: publishHost, HostPort: host === undefined ? '' : String(host) };
}

function mapValues<T, U>(record: Partial<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value as T)]));
}
