import type { Container } from '@sextant/protocol/container-schemas';
import { whose } from './access.ts';
import type { Listed } from '../engine/engine.ts';
import { expiryOf } from './labels.ts';

/** Ports of one container that are told: an image may name thousands, and a line must hold them. */
const MAX_PORTS = 256;

export function containerOf(listed: Listed): Container {
  const { owner } = whose(listed.Labels);
  const expiresAt = expiryOf(listed.Labels);
  return {
    id: listed.Id,
    name: nameOf(listed),
    image: listed.Image,
    state: listed.State,
    status: listed.Status,
    createdAt: new Date(listed.Created * 1000).toISOString(),
    ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt).toISOString() }),
    ports: portsOf(listed),
    ...(owner !== undefined && { owner }),
  };
}

/** Without the "/" that the engine puts in front. */
export function nameOf({ Names }: Listed): string {
  return Names[0]?.slice(1) ?? '';
}

function portsOf({ Ports }: Listed): Container['ports'] {
  return Ports.slice(0, MAX_PORTS).map(({ PrivatePort, PublicPort, Type }) =>
    // The engine leaves the host's out where a port is not published, whatever its types say.
    PublicPort
      ? { container: PrivatePort, host: PublicPort, protocol: Type }
      : { container: PrivatePort, protocol: Type },
  );
}
