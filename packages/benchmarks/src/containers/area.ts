import type { Area, Contender } from '../area.ts';
import type { Engine } from './engine.ts';
import { measureEngine } from './load.ts';
import { commandLine, dockerode, missingImage, rawHttp } from './others.ts';
import { startSextant } from './sextant.ts';

/** Containers on a Docker engine, by everybody who can ask one. */
export const containers: Area = {
  name: 'containers',
  title: 'Containers: one after the other, on the Docker engine of this machine',
  measures: ['list of 20', 'create', 'start', 'stop', 'remove', 'inspect'].map((name) => ({
    name,
    unit: 'ms p50',
    better: 'less',
  })),
  reference: 'dockerode',
  contenders: [
    contender('sextant', 'ours', startSextant),
    contender('dockerode', 'peer', dockerode),
    contender('HTTP on the socket', 'limit', rawHttp),
    contender('docker command', 'peer', commandLine),
  ],
  goals: [
    { measure: 'list of 20', of: 'dockerode', atMost: 1.3 },
    ...['create', 'start', 'stop', 'remove'].map((measure) => ({ measure, of: 'dockerode', atMost: 1.1 })),
    { measure: 'list of 20', of: 'docker command', atMost: 0.1 },
  ],
};

function contender(name: string, role: Contender['role'], open: () => Engine | Promise<Engine>): Contender {
  return {
    name,
    role,
    needs: 'docker',
    missing: missingImage,
    async run(pace) {
      await using engine = await open();
      return await measureEngine(engine, pace);
    },
  };
}
