import type { Creation } from '../../src/container/creation.ts';
import type { Inspected } from '../../src/engine/look.ts';

/** A container as an engine tells it that has made it from a body, with an image that brings nothing. */
export function inspectedOf(body: string): Inspected {
  const { HostConfig, ...config } = JSON.parse(body) as Creation;
  const { Memory = 0, Mounts, Devices = null, RestartPolicy } = HostConfig;
  const inspected = {
    Id: 'a'.repeat(64),
    Name: '/old',
    Image: `sha256:${'b'.repeat(64)}`,
    State: { Status: 'running' },
    Mounts: (Mounts ?? []).map(({ Source, Target }) => ({ Type: 'bind', Source, Destination: Target })),
    NetworkSettings: { Networks: { bridge: {} } },
    Config: { Hostname: 'aaaaaaaaaaaa', User: '', Volumes: null, Entrypoint: null, ...config },
    HostConfig: {
      NetworkMode: 'default',
      PidMode: '',
      IpcMode: 'private',
      UTSMode: '',
      Privileged: false,
      NanoCpus: 0,
      ShmSize: 67_108_864,
      ...HostConfig,
      Memory,
      MemorySwap: 2 * Memory,
      Devices,
      RestartPolicy: { ...RestartPolicy, MaximumRetryCount: 0 },
      // What is false is left out.
      ...(Mounts && { Mounts: Mounts.map((mount) => (mount.ReadOnly ? mount : withoutReadOnly(mount))) }),
    },
  };
  return inspected as unknown as Inspected;
}

function withoutReadOnly({ Type, Source, Target }: { Type: string; Source: string; Target: string }): object {
  return { Type, Source, Target };
}
