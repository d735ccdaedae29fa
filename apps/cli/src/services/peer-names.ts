import { setTimeout as sleep } from 'node:timers/promises';
import { peerService } from '@sextant/protocol/peer';
import { registryService } from '@sextant/protocol/registry';
import { formatAddress, type HostAddress } from '@sextant/wire/address';
import { isAnywhere } from '@sextant/wire/remote';
import type { TrustOptions } from '../credentials.ts';
import { listPeers } from '../registry.ts';
import { withService } from '../service.ts';
import { fromHere } from './from-here.ts';
import { isPeer, type Outcome } from './start.ts';

/** Milliseconds a peer has to be known to the registry after it listens. */
const REGISTERED_MS = 2000;

/** The peers' names, as their registry knows them: those it does not know are not among them. */
export async function peerNames(
  peers: readonly Exclude<Outcome, { state: 'not running' }>[],
  registry: string,
  trust: TrustOptions,
): Promise<ReadonlyMap<Outcome, string>> {
  const names = new Map<Outcome, string>();
  const deadline = performance.now() + REGISTERED_MS;
  while (names.size < peers.length && performance.now() < deadline) {
    const known = await listPeers({ ...trust, host: registry }).catch(() => []);
    const byAddress = new Map(known.map((peer) => [formatAddress(peer), peer.name]));
    for (const peer of peers) {
      const name = isAnywhere(peer.address.host)
        ? await ownName(peer.address, trust)
        : byAddress.get(formatAddress(peer.address));
      if (name !== undefined) names.set(peer, name);
    }
    if (names.size < peers.length) await sleep(50);
  }
  return names;
}

/** Of a peer that is registered under an address which only the registry and it know. */
async function ownName(address: HostAddress, trust: TrustOptions): Promise<string | undefined> {
  const options = { ...trust, host: formatAddress(fromHere(address)) };
  return withService(
    peerService,
    options,
    async (peer) => (await peer.call('peer.list', { limit: 1 })).self.name,
  ).catch(() => undefined);
}

/** Where the peers among these services find each other. */
export function registryOf(outcomes: readonly Outcome[]): string {
  const told = outcomes.find(({ launch }) => isPeer(launch) && launch.flags['registry'] !== undefined);
  if (told) return String(told.launch.flags['registry']);
  const registry = outcomes.find(({ launch }) => launch.service === registryService.name);
  return registry && registry.state !== 'not running' ? formatAddress(fromHere(registry.address)) : USUAL_REGISTRY;
}

const USUAL_REGISTRY = `127.0.0.1:${registryService.port}`;
