import { availableParallelism } from 'node:os';
import { ProtocolError } from '@sextant/protocol/errors';
import { peerService } from '@sextant/protocol/peer';
import { SERVICES } from '@sextant/protocol/services';
import { closest } from '@sextant/service/closest';
import type { Launch } from './child.ts';

/** What is to be started, and how. */
export interface StartOptions {
  home: string;
  /** Address to listen on. */
  host?: string | undefined;
  port?: number | undefined;
  /** Peers among all; one where peer-node is asked for by name. */
  peers?: number | undefined;
  /** Where peers find each other, in place of a registry started beside them. */
  registry?: string | undefined;
  /** Name of the one peer. */
  name?: string | undefined;
  /** The Unix socket of the one service. */
  socket?: string | undefined;
  /** What each service is told as it was typed: it knows best what is wrong with it. */
  tlsCert?: string | undefined;
  tlsKey?: string | undefined;
  hosts?: string | undefined;
  origins?: string | undefined;
  limits?: string | undefined;
  logLevel?: string | undefined;
}

/** Peers that are started where nobody says how many. */
const USUAL_PEERS = 3;

/** Peers that are a process each. */
const MOST_APART = 8;

/** Peers that share a process: each has a connection with every other one, and a process has only so many descriptors. */
const MOST_TOGETHER = 50;

/**
 * Says what to start: the services of these names, or all.
 * @throws ProtocolError `invalid_params` for an unknown name, or options that do not go together.
 */
export function planServices(names: readonly string[], options: StartOptions): Launch[] {
  const services = names.length === 0 ? SERVICES.map(({ name }) => name) : [...new Set(names.map(known))];
  const peers = options.peers ?? (names.length === 0 ? USUAL_PEERS : 1);
  const spare = options.peers === undefined && names.length === 0;
  const launches = services.flatMap((service) =>
    service === peerService.name ? planPeers(peers, options, spare) : [plan(service, options)],
  );
  const single = launches.length === 1 && peers <= 1;
  if (options.port !== undefined && !single) {
    throw wrong('--port is for one service: name it, as in "up file-server --port 7000".');
  }
  if (options.socket !== undefined && !single) {
    throw wrong('--socket is for one service: name it, as in "up file-server --socket /run/files.sock".');
  }
  return launches;
}

/** So many peers; `spare` ones are not started where as many run already. */
export function planPeers(count: number, options: StartOptions, spare = false): Launch[] {
  const { registry, name } = options;
  if (name !== undefined && count > 1) throw wrong('--name is for one peer.');
  return shared(count).map((together) =>
    Object.assign(plan(peerService.name, options, { registry, name, count: together }), { spare }),
  );
}

/** Few peers are a process each. Many share one for each processor: a process takes far longer to start than a peer. */
function shared(count: number): number[] {
  const enough = Math.max(Math.min(count, availableParallelism()), Math.ceil(count / MOST_TOGETHER));
  const processes = count <= MOST_APART ? count : enough;
  return Array.from({ length: processes }, (_, at) => Math.floor((count + at) / processes));
}

function plan(service: string, options: StartOptions, more: Launch['flags'] = {}): Launch {
  const { home, host, port, socket, tlsCert, tlsKey, hosts, origins, limits, logLevel } = options;
  const trust = { 'tls-cert': tlsCert, 'tls-key': tlsKey, hosts, origins };
  return { service, home, flags: { host, port, socket, ...trust, limits, 'log-level': logLevel, ...more } };
}

function known(name: string): string {
  const names = SERVICES.map((service) => service.name);
  if (names.includes(name)) return name;
  const near = closest(name, names);
  const meant = near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : '';
  throw wrong(`There is no service "${name}".${meant} There are ${names.join(', ')}.`);
}

function wrong(message: string): ProtocolError {
  return new ProtocolError('invalid_params', message);
}
