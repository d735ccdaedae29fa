import type { Client } from '@sextant/client/client';
import { connect } from '@sextant/client/connect';
import { startCrowd, type Crowd } from '../src/crowd.ts';
import { temporaryFolder } from '../src/rig.ts';
import { spawnServiceWith, type SpawnedService, type SpawnOptions } from '../src/spawn.ts';
import { workshop } from './workshop.ts';

/** A workshop in a process of its own, so that its memory, descriptors and time are its own. */
export interface WorkshopProcess extends SpawnedService {
  readonly home: string;
  /** A client of it, until the workshop is disposed of. */
  client(): Promise<Client<typeof workshop>>;
}

export async function spawnWorkshop(options: SpawnOptions & { home?: string } = {}): Promise<WorkshopProcess> {
  const folder = options.home === undefined ? await temporaryFolder() : undefined;
  const home = options.home ?? folder?.path ?? '';
  const spawned = await spawnServiceWith(new URL('workshop-main.ts', import.meta.url), home, options);
  const clients: Client<typeof workshop>[] = [];
  return {
    ...spawned,
    home,
    async client() {
      const client = await connect(workshop, spawned, { client: 'test/1' });
      clients.push(client);
      return client;
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.close();
      await spawned[Symbol.asyncDispose]();
      await folder?.[Symbol.asyncDispose]();
    },
  };
}

/** A crowd of this folder by its name, in front of a service. */
export function gather<Report extends object>(
  name: 'busy' | 'drip' | 'flood' | 'guess' | 'hold' | 'probe' | 'return',
  { host, port }: { host: string; port: number },
  options: object,
): Promise<Crowd<Report>> {
  return startCrowd(new URL(`crowd/${name}.ts`, import.meta.url), { host, port, ...options });
}
