import type { Area, Contender } from '../area.ts';
import { startScript } from '../programs/program.ts';
import { mainOf, startService } from '../programs/service.ts';
import { startBarePeers } from './bare-peers.ts';
import { measureMesh, peersAt } from './mesh.ts';
import { startPeers } from './our-peers.ts';

const ours: Contender = {
  name: 'sextant peer start',
  role: 'ours',
  async run(pace) {
    await using registry = await startService(mainOf('contact-registry'));
    return await measureMesh(peersAt(pace), (count) => startPeers(registry, count));
  },
};

const bare: Contender = {
  name: 'bare Node peers',
  role: 'limit',
  async run(pace) {
    await using registry = await startScript(new URL('../registry/servers/bare.ts', import.meta.url));
    return await measureMesh(peersAt(pace), (count) => startBarePeers(registry.port, count));
  },
};

/** Processes that know one registry, find each other and greet, each pair of them. */
export const peers: Area = {
  name: 'peers',
  title: '200 peers to a full mesh, each a process that knows only the registry',
  measures: [
    { name: 'every pair has greeted', unit: 's', better: 'less' },
    { name: 'processor time of a peer', unit: 'ms', better: 'less' },
    { name: 'memory of a peer', unit: 'MB', better: 'less' },
  ],
  reference: 'bare Node peers',
  contenders: [ours, bare],
  goals: [],
};
