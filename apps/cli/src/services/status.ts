import { containerService } from '@sextant/protocol/container';
import type { Service } from '@sextant/protocol/method';
import { peerService } from '@sextant/protocol/peer';
import { registryService } from '@sextant/protocol/registry';
import { SERVICES } from '@sextant/protocol/services';
import type { HostAddress } from '@sextant/wire/address';
import { hostOption } from '../arguments.ts';
import type { TrustOptions } from '../credentials.ts';
import { listPeers } from '../registry.ts';
import { SELF } from '../self.ts';
import { engineTrouble } from './engine.ts';
import { probe } from './probe.ts';

/** One service as it was found. */
export interface Found {
  service: string;
  /** Where there are several of a kind. */
  name?: string;
  host: string;
  port: number;
  state: 'running' | 'no Docker engine' | 'not running' | 'not ours';
  version?: string;
  /** What is wrong, and what to do. */
  note?: string;
}

/** Looks at every service of a machine; peers are found through its registry. */
export async function findServices(host: Omit<HostAddress, 'port'>, trust: TrustOptions): Promise<Found[]> {
  const fixed = SERVICES.filter(({ port }) => port !== 0);
  const [services, peers] = await Promise.all([
    Promise.all(fixed.map((service) => find(service, { ...host, port: service.port }, trust))),
    findPeers({ ...host, port: registryService.port }, trust),
  ]);
  return [...services, ...peers];
}

async function findPeers(registry: HostAddress, trust: TrustOptions): Promise<Found[]> {
  // Without a registry, the line that says so says it for the peers too.
  const peers = await listPeers({ ...trust, host: hostOption(registry) }).catch(() => []);
  return Promise.all(
    peers.map(async (peer) => Object.assign(await find(peerService, peer, trust), { name: peer.name })),
  );
}

async function find(service: Service, address: HostAddress, trust: TrustOptions): Promise<Found> {
  const { host, port } = address;
  const at = { service: service.name, host, port };
  const found = await probe(service, address, trust);
  if (found.state === 'not running')
    return { ...at, state: found.state, note: `start it with: ${SELF} up ${service.name}` };
  if (found.state === 'not ours') return { ...at, state: found.state, note: found.reason };
  const trouble = service.name === containerService.name ? await engineTrouble(address, trust) : undefined;
  const { version } = found;
  return trouble === undefined
    ? { ...at, state: 'running', version }
    : { ...at, state: 'no Docker engine', version, note: trouble };
}
