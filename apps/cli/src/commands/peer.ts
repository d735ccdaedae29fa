import type { Command } from 'commander';
import { formatAddress } from '@sextant/wire/address';
import { parsePeers } from '../arguments.ts';
import { print, printList, say, table } from '../output.ts';
import { listPeers } from '../registry.ts';
import { SELF } from '../self.ts';
import type { CommonOptions } from '../service.ts';
import { viewsOf, type PeerView } from '../services/peers.ts';
import { planPeers, type StartOptions } from '../services/plan.ts';
import { serve, serveJson } from '../services/serve.ts';
import { parseRegistry } from './up.ts';

const EMPTY = `No peer is registered. Start three that find each other: ${SELF} peer start --count 3`;

export function addPeerCommands(program: Command): void {
  const peer = program.command('peer').description('start peers and see whom each reaches');
  addStart(peer);
  addList(peer);
}

function addStart(peer: Command): void {
  peer
    .command('start')
    .description('start peers that find each other through the registry, until Ctrl-C')
    .option('--count <count>', 'how many; up to 8 are a process each, more share a few', parsePeers, 1)
    .option('--registry <host:port>', 'where they find each other', parseRegistry)
    .option('--name <name>', 'name of the one peer')
    .action(async (_options, command: Command) => {
      const options: CommonOptions & StartOptions & { count: number } = command.optsWithGlobals();
      const launches = planPeers(options.count, options);
      await (options.json ? serveJson(launches) : serve(launches));
    });
}

function addList(peer: Command): void {
  peer
    .command('ls')
    .description('list the peers a registry knows, and how many others each sees')
    .option('--matrix', 'show who reaches whom')
    .addHelpText('after', '\n--host is the address of the registry.')
    .action(async (_options, command: Command) => {
      const options: CommonOptions & { matrix?: boolean } = command.optsWithGlobals();
      const views = await viewsOf(await listPeers(options), options);
      if (options.json || views.length === 0 || !options.matrix) {
        printList(views, { json: options.json, columns: columnsOf(views.length - 1), empty: EMPTY });
      } else {
        print(matrixOf(views));
        say('> it dialled the other, < it was dialled by it, . they are not connected');
      }
    });
}

function columnsOf(others: number): Record<string, (view: PeerView) => string> {
  return {
    peer: ({ name }) => name,
    address: formatAddress,
    sees: ({ peers, error }) => (peers ? `${peers.length} of ${others}` : `no answer: ${error}`),
  };
}

/** A row for each peer; the others are columns, by the number of their row. */
function matrixOf(views: readonly PeerView[]): string {
  const numbers = views.map((_, at) => String(at + 1));
  const rows = views.map((view, at) => [numbers[at] ?? '', view.name, ...views.map((other) => markOf(view, other))]);
  return table(['', 'peer', ...numbers], rows);
}

function markOf(view: PeerView, other: PeerView): string {
  if (view === other) return ' ';
  if (!view.peers) return '?';
  const link = view.peers.find(({ name }) => name === other.name);
  return { out: '>', in: '<', none: '.' }[link?.direction ?? 'none'];
}
