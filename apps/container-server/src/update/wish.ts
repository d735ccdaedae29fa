import { hostAccessOf, type Creation } from '../container/creation.ts';
import type { Policy } from '../policy/policy.ts';
import type { Params } from './change.ts';

type Wish = Parameters<Policy['allowed']>[0];
type Port = NonNullable<Wish['ports']>[number];

/** What a container is to be, in the words of one who creates it: what changes, and what it keeps. */
export function wishOf(before: Creation, params: Params, image: string): Wish {
  const { Tty: tty, OpenStdin: stdin, HostConfig } = before;
  const { ports = portsOf(HostConfig), memoryBytes, cpus, restart, pull } = params;
  return {
    ...hostAccessOf(before),
    image,
    pull,
    ports,
    // The engine says 0 for no limit.
    memoryBytes: memoryBytes ?? (HostConfig.Memory || undefined),
    cpus: cpus ?? (HostConfig.NanoCpus ? HostConfig.NanoCpus / 1e9 : undefined),
    restart,
    tty,
    stdin,
    start: true,
  };
}

/** A free port of the host, or one of a range, is found anew. */
function portsOf({ PortBindings }: Partial<Pick<Creation['HostConfig'], 'PortBindings'>>): Port[] {
  return Object.entries(PortBindings ?? {}).flatMap(([name, bindings]) => {
    const [container, protocol] = name.split('/');
    return bindings.map(({ HostPort }) => ({
      container: Number(container),
      protocol: protocol as Port['protocol'],
      ...(/^\d+$/.test(HostPort) && { host: Number(HostPort) }),
    }));
  });
}
