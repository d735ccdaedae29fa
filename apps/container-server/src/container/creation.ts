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
  };
}

/** What a container writes is kept up to 30 MB; the engine would keep all. */
const LOG = { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } };

/** @param marks labels of our own besides those that each container has. */
export function creation(
  params: Params,
  image: string,
  publishHost: string,
  marks: Readonly<Record<string, string>> = {},
): Creation {
  const { command, env = {}, ports = [], labels, memoryBytes, cpus, restart = 'no', tty, stdin } = params;
  const byPort = Object.groupBy(ports, ({ container, protocol }) => `${container}/${protocol}`);
  return {
    Image: image,
    ...(command && { Cmd: command }),
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    Labels: { ...labels, ...LABELS, ...marks },
    Tty: tty,
    OpenStdin: stdin,
    ExposedPorts: mapValues(byPort, () => ({})),
    HostConfig: {
      LogConfig: LOG,
      PortBindings: mapValues(byPort, (ports) => ports.map((port) => binding(port, publishHost))),
      RestartPolicy: { Name: restart },
      ...(memoryBytes !== undefined && { Memory: memoryBytes }),
      ...(cpus !== undefined && { NanoCpus: Math.round(cpus * 1e9) }),
    },
  };
}

/** The engine finds a free port where none is given. */
function binding({ host }: Port, publishHost: string): { HostIp: string; HostPort: string } {
  return { HostIp: publishHost, HostPort: host === undefined ? '' : String(host) };
}

function mapValues<T, U>(record: Partial<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value as T)]));
}
