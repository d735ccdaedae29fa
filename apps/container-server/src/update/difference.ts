import type { Change } from '@sextant/protocol/container-update';
import type { Creation } from '../container/creation.ts';
import { fullName } from '../image/image.ts';
import { variables } from './variables.ts';

/** A container as it is, or is to be. */
export interface Side {
  readonly creation: Creation;
  /** The id of its image; undefined where that is not here. */
  readonly image: string | undefined;
  /** The variables that the image brings. */
  readonly env: readonly string[];
}

type Bindings = Creation['HostConfig']['PortBindings'] | null;

/** Characters of a value that are told. */
const MAX_LENGTH = 200;
/** Digits of an id that are told, as Docker's own client does. */
const SHORT_ID = 12;

/** What is different, by the names of the params. */
export function difference(before: Side, after: Side): Change[] {
  const addresses = [before, after].map(addressesOf);
  const withAddress = addresses.every(Boolean) && addresses[0] !== addresses[1];
  const [from, to] = [textsOf(before, withAddress), textsOf(after, withAddress)];
  const fields = [...new Set([...from.keys(), ...to.keys()])];
  const changes = fields.flatMap((field) => changeOf(field, from.get(field), to.get(field)));
  return [...imageChange(before, after), ...changes];
}

function changeOf(field: string, from: string | undefined, to: string | undefined): Change[] {
  if (from === to) return [];
  return [{ field, ...(from !== undefined && { from: cut(from) }), ...(to !== undefined && { to: cut(to) }) }];
}

/** A name may stand for another image by now. */
function imageChange(before: Side, after: Side): Change[] {
  const [from, to] = [fullName(before.creation.Image), fullName(after.creation.Image)];
  const missing = after.image === undefined && { missing: true as const };
  if (from !== to) return [{ field: 'image', from, to, ...missing }];
  if (before.image === after.image) return [];
  return [{ field: 'image', from: withId(from, before.image), to: withId(to, after.image), ...missing }];
}

function withId(name: string, id: string | undefined): string {
  return id === undefined ? name : `${name} (${id.replace(/^sha256:/, '').slice(0, SHORT_ID)})`;
}

/** All that can be changed but the image, as text. */
function textsOf({ creation, env }: Side, withAddress: boolean): Map<string, string | undefined> {
  const { Cmd, HostConfig } = creation;
  const { Memory, NanoCpus, RestartPolicy, PortBindings } = HostConfig;
  return new Map([
    ['command', Cmd && JSON.stringify(Cmd)],
    ...[...variables(env, creation.Env)].map(([name, value]) => [`env.${name}`, value] as const),
    ['ports', portsText(PortBindings, withAddress)],
    ['memoryBytes', Memory ? String(Memory) : undefined],
    ['cpus', NanoCpus ? String(NanoCpus / 1e9) : undefined],
    ['restart', RestartPolicy.Name || 'no'],
  ]);
}

/** `8080->80, 53/udp`, and the address of the host where that is another one. */
function portsText(bindings: Bindings, withAddress: boolean): string | undefined {
  const ports = Object.entries(bindings ?? {}).flatMap(([port, hosts]) =>
    hosts.map(({ HostIp, HostPort }) => {
      const host = withAddress ? `${addressOf(HostIp)}:${HostPort}` : HostPort;
      return `${host && `${host}->`}${port.replace(/\/tcp$/, '')}`;
    }),
  );
  return ports.length > 0 ? ports.sort().join(', ') : undefined;
}

/** Where ports are published; empty where none are. */
function addressesOf({ creation }: Side): string {
  const hosts = Object.values(creation.HostConfig.PortBindings ?? {}).flat();
  return [...new Set(hosts.map(({ HostIp }) => addressOf(HostIp)))].sort().join();
}

/** The engine takes none for all. */
function addressOf(hostIp: string): string {
  return hostIp || '0.0.0.0';
}

function cut(text: string): string {
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}...` : text;
}
