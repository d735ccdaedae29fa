import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ProtocolError } from '@sextant/protocol/errors';
import type { Service } from '@sextant/protocol/method';
import { peerService } from '@sextant/protocol/peer';
import { registryService } from '@sextant/protocol/registry';
import { SERVICES } from '@sextant/protocol/services';
import { holderOf } from '@sextant/service/run/lock';
import { formatAddress, type HostAddress } from '@sextant/wire/address';
import { listPeers } from '../registry.ts';
import { isAnywhere } from '@sextant/wire/remote';
import { fromHere } from './from-here.ts';
import type { Child, Launch, Listening } from './child.ts';
import { probe } from './probe.ts';
import type { Supervisor } from './supervisor.ts';
import { Turns } from './turns.ts';

/** What became of one service that was to be started; peers of one process share its launch and its child. */
export type Outcome =
  | { state: 'running'; launch: Launch; child: Child; address: Listening }
  /** The same service, started by someone else, is where it should be. */
  | { state: 'already running'; launch: Launch; address: HostAddress }
  | { state: 'not running'; launch: Launch; error: unknown };

/**
 * Starts processes side by side, each with one service or several peers; peers begin once the registry among them listens,
 * and are told where. Not all processes of peers at a time: they would only take the processors from each other.
 */
export function startAll(supervisor: Supervisor, launches: readonly Launch[]): Promise<Outcome[]>[] {
  const [peers, others] = [launches.filter(isPeer), launches.filter((launch) => !isPeer(launch))];
  const started = others.map((launch) => startOne(supervisor, launch));
  const registry = started[others.findIndex(({ service }) => service === registryService.name)];
  const turns = new Turns(availableParallelism() + 1);
  const starting = peers.map((launch, at) => turns.take(() => startPeer(supervisor, launch, at, registry)));
  return [...started, ...starting];
}

export function isPeer({ service }: Launch): boolean {
  return service === peerService.name;
}

async function startPeer(
  supervisor: Supervisor,
  launch: Launch,
  at: number,
  registry: Promise<Outcome[]> | undefined,
): Promise<Outcome[]> {
  const [outcome] = launch.flags['registry'] === undefined ? ((await registry) ?? []) : [];
  if (outcome === undefined) return startOne(supervisor, launch);
  if (outcome.state === 'not running')
    return [{ state: 'not running', launch, error: new Error('it needs the contact-registry') }];
  const host = formatAddress(fromHere(outcome.address));
  const there =
    outcome.state === 'already running' && launch.spare
      ? (await listPeers({ home: launch.home, host }).catch(() => []))[at]
      : undefined;
  if (there) return [{ state: 'already running', launch, address: there }];
  return startOne(supervisor, { ...launch, flags: { ...launch.flags, registry: host } });
}

/** Looks first: a second service of a kind must not even begin to work in the folder of the first. */
async function startOne(supervisor: Supervisor, launch: Launch): Promise<Outcome[]> {
  const address = usualAddress(launch);
  if (address && (await isThere(launch, address))) {
    const isOurs = isPeer(launch) || holderOf(join(launch.home, launch.service)) !== undefined;
    return [
      isOurs ? { state: 'already running', launch, address } : { state: 'not running', launch, error: taken(address) },
    ];
  }
  try {
    const { child, listening } = await supervisor.start(launch);
    return listening.map((address) => ({ state: 'running', launch: keepPort(launch, address), child, address }));
  } catch (error) {
    return [{ state: 'not running', launch, error }];
  }
}

function taken({ port }: HostAddress): ProtocolError {
  return new ProtocolError(
    'exists',
    `port ${port} has this service of another home; stop that one, name its home with --home, or choose another --port`,
  );
}

async function isThere(launch: Launch, address: HostAddress): Promise<boolean> {
  return (await probe(serviceOf(launch), address, launch)).state === 'running';
}

/** What is started again is found where it was; peers find each other by the registry anyway. */
function keepPort(launch: Launch, { port }: Listening): Launch {
  return isPeer(launch) ? launch : { ...launch, flags: { ...launch.flags, port } };
}

/** Where a service is to listen, unless on any free port. It reads its environment where no flag says it. */
function usualAddress(launch: Launch): HostAddress | undefined {
  const variable = `${launch.service.replaceAll('-', '_').toUpperCase()}_`;
  const port = Number(launch.flags['port'] ?? process.env[`${variable}PORT`] ?? serviceOf(launch).port);
  const host = String(launch.flags['host'] ?? process.env[`${variable}HOST`] ?? '127.0.0.1');
  // What answers on loopback need not listen on all addresses: starting it tells.
  return port === 0 || isAnywhere(host) ? undefined : { host, port };
}

function serviceOf(launch: Launch): Service {
  const service = SERVICES.find(({ name }) => name === launch.service);
  if (!service) throw new Error(`no service ${launch.service}`);
  return service;
}
