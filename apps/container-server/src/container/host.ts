import type { ContainerDetails } from '@sextant/protocol/container-schemas';
import type { Inspected } from '../engine/look.ts';
import { NAMESPACE_MODES } from './creation.ts';

type Host = NonNullable<ContainerDetails['host']>;

/** What a container has of the engine's machine; undefined if that is nothing. */
export function hostOf({ HostConfig, Mounts }: Inspected): Host | undefined {
  const { Privileged, Devices } = HostConfig;
  const host: Host = {
    privileged: Privileged === true,
    hostNamespaces: Object.entries(NAMESPACE_MODES).flatMap(([name, member]) =>
      HostConfig[member] === 'host' ? [name] : [],
    ),
    // The engine says null for none.
    devices: ((Devices ?? []) as Device[]).map(({ PathOnHost, PathInContainer }) => ({
      path: PathOnHost,
      as: PathInContainer,
    })),
    mounts: Mounts.filter(({ Type }) => (Type as string | undefined) === 'bind').map(({ Source, Destination, RW }) => ({
      source: Source,
      target: Destination,
      write: RW,
    })),
  };
  const { privileged, hostNamespaces, devices, mounts } = host;
  return privileged || hostNamespaces.length + devices.length + mounts.length > 0 ? host : undefined;
}

interface Device {
  PathOnHost: string;
  PathInContainer: string;
}

/** No more of each than so many, and no longer. */
export function shortHost(host: Host, entries: number, short: (text: string) => string): Host {
  return {
    ...host,
    devices: host.devices.slice(0, entries).map(({ path, as }) => ({ path: short(path), as: short(as) })),
    mounts: host.mounts
      .slice(0, entries)
      .map(({ source, target, write }) => ({ source: short(source), target: short(target), write })),
  };
}
