import type { Area, Contender } from '../area.ts';
import { startScript } from '../programs/program.ts';
import { mainOf, startService } from '../programs/service.ts';
import { startBarePeers } from './bare-peers.ts';
import { eachSize, measureMesh, MOST, SIZES } from './mesh.ts';
import { startPeers } from './our-peers.ts';

const ours: Contender = {
  name: 'sextant peer start',
  role: 'ours',
  run: (pace) =>
    eachSize(async (size) => {
      await using registry = await startService(mainOf('contact-registry'));
      return await measureMesh(size, pace, (count) => startPeers(registry, count));
    }),
};

const bare: Contender = {
  name: 'bare Node peers',
  role: 'limit',
  run: (pace) =>
    eachSize(async (size) => {
      await using registry = await startScript(new URL('../registry/servers/bare.ts', import.meta.url));
      return await measureMesh(size, pace, (count) => startBarePeers(registry.port, count));
    }),
};

/** Peers that know one registry, find each other and greet, each pair of them, over a connection of its own. */
export const peers: Area = {
  name: 'peers',
  title: 'Peers that know only the registry, from their start until each pair has greeted',
  measures: [
    ...SIZES.map((size) => ({ name: `${size} peers`, unit: 's', better: 'less' as const })),
    { name: `${MOST}, once all listen`, unit: 's', better: 'less' },
    { name: 'processor time of a peer', unit: 'ms', better: 'less' },
    { name: 'memory of a peer', unit: 'MB', better: 'less' },
  ],
  reference: 'bare Node peers',
  contenders: [ours, bare],
  goals: [{ measure: `${MOST} peers`, atMost: 10 }],
};
