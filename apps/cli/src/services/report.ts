import { styleText } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { containerService } from '@sextant/protocol/container';
import { registryService } from '@sextant/protocol/registry';
import { formatAddress } from '../arguments.ts';
import { table } from '../output.ts';
import { listPeers } from '../registry.ts';
import { engineTrouble } from './engine.ts';
import { isPeer, type Outcome } from './start.ts';

/** What a person is shown once all services have reported. */
export interface Report {
  table: string;
  /** The names of those that have one: the peers. */
  names: ReadonlyMap<Outcome, string>;
  /** One line for everything that needs someone to do something. */
  remarks: string[];
}

export async function reportOf(outcomes: readonly Outcome[]): Promise<Report> {
  const [names, trouble] = await Promise.all([peerNames(outcomes), troubleOf(outcomes)]);
  const rows = outcomes.map((outcome) => [
    labelOf(outcome.launch.service, names.get(outcome)),
    addressOf(outcome),
    stateOf(outcome, trouble),
  ]);
  // Peers are named by the registry, in the order in which they came.
  const peers = outcomes.findIndex(({ launch }) => isPeer(launch));
  if (peers >= 0) rows.push(...rows.splice(peers).sort(byLabel));
  return {
    table: table(['service', 'address', 'state'], rows),
    names,
    remarks: trouble === undefined ? [] : [trouble],
  };
}

function byLabel([a = '']: readonly string[], [b = '']: readonly string[]): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

/** What people call one of several. */
export function labelOf(service: string, name: string | undefined): string {
  if (name === undefined) return service;
  return name.startsWith(service) ? name : `${service} ${name}`;
}

async function troubleOf(outcomes: readonly Outcome[]): Promise<string | undefined> {
  const containers = outcomes.find((outcome) => outcome.launch.service === containerService.name);
  return containers && containers.state !== 'not running' ? engineTrouble(containers.address) : undefined;
}

function addressOf(outcome: Outcome): string {
  return outcome.state === 'not running' ? '-' : formatAddress(outcome.address);
}

function stateOf(outcome: Outcome, trouble: string | undefined): string {
  if (outcome.state === 'not running') {
    const { error } = outcome;
    return `${styleText('red', 'not running')}: ${Error.isError(error) ? error.message : String(error)}`;
  }
  const state = styleText('green', outcome.state);
  return trouble !== undefined && outcome.launch.service === containerService.name
    ? `${state}, ${styleText('yellow', 'no Docker engine')}`
    : state;
}

/** Milliseconds a peer has to be known to the registry after it listens. */
const REGISTERED_MS = 2000;

/** The peers' names, as the registry they were told of knows them. */
async function peerNames(outcomes: readonly Outcome[]): Promise<ReadonlyMap<Outcome, string>> {
  const peers = outcomes.filter((outcome) => isPeer(outcome.launch) && outcome.state !== 'not running');
  const names = new Map<Outcome, string>();
  const deadline = performance.now() + REGISTERED_MS;
  while (names.size < peers.length && performance.now() < deadline) {
    const known = await listPeers({ host: registryOf(outcomes) }).catch(() => []);
    const byAddress = new Map(known.map((peer) => [formatAddress(peer), peer.name]));
    for (const peer of peers) {
      const name = byAddress.get(addressOf(peer));
      if (name !== undefined) names.set(peer, name);
    }
    if (names.size < peers.length) await sleep(50);
  }
  return names;
}

function registryOf(outcomes: readonly Outcome[]): string | undefined {
  const told = outcomes.find(({ launch }) => isPeer(launch) && launch.flags['registry'] !== undefined);
  if (told) return String(told.launch.flags['registry']);
  const registry = outcomes.find(({ launch }) => launch.service === registryService.name);
  return registry && addressOf(registry);
}
