import { styleText } from 'node:util';
import { containerService } from '@sextant/protocol/container';
import { formatAddress } from '@sextant/wire/address';
import { table } from '../output.ts';
import { SELF } from '../self.ts';
import { engineTrouble } from './engine.ts';
import { fromHere } from './from-here.ts';
import { peerNames, registryOf } from './peer-names.ts';
import { isPeer, type Outcome } from './start.ts';

/** What a person is shown once all services have reported. */
export interface Report {
  table: string;
  /** The names of those that have one: the peers. */
  names: ReadonlyMap<Outcome, string>;
  /** One line for everything that needs someone to do something. */
  remarks: string[];
}

type Listening = Exclude<Outcome, { state: 'not running' }>;
/** What a service that listens lacks to be of use, in two words, and what to do. */
type Lack = { words: string; remark: string };

export async function reportOf(outcomes: readonly Outcome[]): Promise<Report> {
  const up = outcomes.filter((outcome) => outcome.state !== 'not running');
  const registry = registryOf(outcomes);
  const peers = up.filter(({ launch }) => isPeer(launch));
  const [names, engineLacks] = await Promise.all([
    peerNames(peers, registry, { home: outcomes[0]?.launch.home }),
    findEngineLacks(up),
  ]);
  const lacks = new Map([...engineLacks, ...findPeerLacks(peers, names, registry)]);
  const rows = outcomes.map((outcome) => [
    labelOf(outcome.launch.service, names.get(outcome)),
    addressOf(outcome),
    stateOf(outcome, lacks.get(outcome)),
  ]);
  // Peers are named by the registry, in the order in which they came.
  const firstPeer = outcomes.findIndex(({ launch }) => isPeer(launch));
  if (firstPeer >= 0) rows.push(...rows.splice(firstPeer).sort(byLabel));
  const remarks = new Set([...lacks.values()].map(({ remark }) => remark));
  return { table: table(['service', 'address', 'state'], rows), names, remarks: [...remarks] };
}

/** What people call one of several. */
export function labelOf(service: string, name: string | undefined): string {
  if (name === undefined) return service;
  return name.startsWith(service) ? name : `${service} ${name}`;
}

async function findEngineLacks(up: readonly Listening[]): Promise<[Outcome, Lack][]> {
  const containers = up.find(({ launch }) => launch.service === containerService.name);
  const trouble = containers && (await engineTrouble(fromHere(containers.address), { home: containers.launch.home }));
  return containers && trouble !== undefined ? [[containers, { words: 'no Docker engine', remark: trouble }]] : [];
}

function findPeerLacks(
  peers: readonly Listening[],
  names: ReadonlyMap<Outcome, string>,
  registry: string,
): [Outcome, Lack][] {
  const remark = `The registry at ${registry} does not know every peer; they keep trying. If none runs there: ${SELF} up contact-registry`;
  return peers.filter((peer) => !names.has(peer)).map((peer) => [peer, { words: 'not registered', remark }]);
}

function addressOf(outcome: Outcome): string {
  return outcome.state === 'not running' ? '-' : formatAddress(outcome.address);
}

function stateOf(outcome: Outcome, lack: Lack | undefined): string {
  if (outcome.state === 'not running') {
    const { error } = outcome;
    return `${styleText('red', 'not running')}: ${Error.isError(error) ? error.message : String(error)}`;
  }
  const state = styleText('green', outcome.state);
  return lack ? `${state}, ${styleText('yellow', lack.words)}` : state;
}

function byLabel([a = '']: readonly string[], [b = '']: readonly string[]): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
