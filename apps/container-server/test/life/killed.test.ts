import { once } from 'node:events';
import { expect, it } from '@jest/globals';
import { connect } from '@sextant/client/connect';
import type { Client } from '@sextant/client/client';
import { containerService } from '@sextant/protocol/container';
import { openLocalToken } from '@sextant/service/identity/local-token';
import { temporaryFolder } from '@sextant/testing/rig';
import { spawnService, type SpawnedService } from '@sextant/testing/spawn';
import { waitFor } from '@sextant/testing/wait';
import type { Containers } from '../app.ts';
import { labelled } from '../labelled.ts';
import { describeWithEngine, docker, ENGINE, OBEDIENT } from '../real-engine.ts';

const MAIN = new URL('../../src/main.ts', import.meta.url);
/** `SEXTANT_KILLS=50 SEXTANT_KILL_CONTAINERS=100` takes some minutes. */
const KILLS = Number(process.env['SEXTANT_KILLS'] ?? 2);
const CONTAINERS = Number(process.env['SEXTANT_KILL_CONTAINERS'] ?? 20);
/** Of these, so many of each kind that ends. */
const ENDING = 3;
const TTL_MS = 1000;

describeWithEngine('a server that is killed', () => {
  it(
    'loses none of its containers and has none twice; those that end with it or have ended are gone after the next start',
    async () => {
      await using home = await temporaryFolder();
      await using mine = labelled();
      const foreign = await docker('run', '--detach', ...mine.flags, '--label', 'sextant.leash=x', mine.params.image);
      const before = await docker('inspect', foreign);
      const lasting: string[] = [];
      for (let kill = 0; kill < KILLS; kill += 1) {
        const ending: string[] = [];
        {
          await using server = await start(home.path);
          await using client = await clientOf(server, home.path);
          const make = async (wish: object): Promise<string> =>
            (await client.call('container.create', { ...mine.params, ...wish })).id;
          while (lasting.length < CONTAINERS - 2 * ENDING) lasting.push(await make({ start: lasting.length < 3 }));
          // At last, and killed at once: their time comes while nobody is there.
          for (let made = 0; made < ENDING; made += 1)
            ending.push(await make({ leash: true, start: made === 0, command: OBEDIENT }));
          for (let made = 0; made < ENDING; made += 1) ending.push(await make({ ttlMs: TTL_MS }));
          const exited = once(server.child, 'exit');
          server.child.kill('SIGKILL');
          await exited;
        }
        const left = await mine.ids();
        expect(left).toEqual(expect.arrayContaining([...lasting, foreign]));
        await using server = await start(home.path);
        await using client = await clientOf(server, home.path);
        await waitFor(
          'those that end are gone',
          async () => !(await mine.ids()).some((id) => ending.includes(id)),
          20_000,
        );
        expect((await mine.ids()).sort()).toEqual([...lasting, foreign].sort());
        const here = new Set(await mine.ids());
        // Others may use the same engine.
        expect((await listOf(client)).filter((id) => here.has(id))).toEqual([...lasting].sort());
      }
      expect(await docker('inspect', foreign)).toBe(before);
    },
    KILLS * 30_000 + 30_000,
  );
});

function start(home: string): Promise<SpawnedService> {
  return spawnService(MAIN, home, '--engine', ENGINE);
}

async function clientOf(server: SpawnedService, home: string): Promise<Client<Containers> & AsyncDisposable> {
  const token = await openLocalToken(home);
  const client = await connect(containerService, server, { client: 'test/1', auth: { type: 'token', token } });
  return Object.assign(client, {
    [Symbol.asyncDispose]: async () => {
      client.close();
      await client.closed;
    },
  });
}

/** All ids that the server lists, however many pages that takes. */
async function listOf(client: Client<Containers>): Promise<string[]> {
  const ids: string[] = [];
  for (let next: string | undefined; ;) {
    const page = await client.call('container.list', { all: true, ...(next !== undefined && { next }) });
    ids.push(...page.items.map(({ id }) => id));
    next = page.next;
    if (next === undefined) return ids.sort();
  }
}
