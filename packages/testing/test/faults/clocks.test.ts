import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { connect } from '@sextant/client/connect';
import { registryService } from '@sextant/protocol/registry';
import { printFigure } from '../../src/figure.ts';
import { openRawSocket } from '../../src/raw-socket.ts';
import { temporaryFolder } from '../../src/rig.ts';
import { spawnService, spawnServiceWith } from '../../src/spawn.ts';
import { describeUnless } from '../../src/describe-unless.ts';
import { missingPrograms } from '../../src/missing.ts';
import { spawnWorkshop } from '../workshop-process.ts';

const REGISTRY = new URL('../../../../apps/contact-registry/src/main.ts', import.meta.url);
const TTL_MS = 2000;

describeUnless(await missingPrograms('faketime'))('C20: a wall clock that jumps', () => {
  it.concurrent.each(['+1h', '-1h', '+10y', '-10y'])(
    'by %s ends no lease and no connection',
    async (jump) => {
      await using home = await temporaryFolder();
      const clock = join(home.path, 'clock');
      await writeFile(clock, '+0');
      await using service = await spawnServiceWith(REGISTRY, home.path, {
        env: {
          LD_PRELOAD: 'libfaketimeMT.so.1',
          LD_LIBRARY_PATH: '/usr/lib/x86_64-linux-gnu/faketime:/usr/lib/aarch64-linux-gnu/faketime',
          FAKETIME_TIMESTAMP_FILE: clock,
          FAKETIME_NO_CACHE: '1',
          // The clock on the wall is set, the one that only counts is not.
          FAKETIME_DONT_FAKE_MONOTONIC: '1',
        },
      });
      const client = await connect(registryService, service, { client: 'test/1' });
      const mine = await client.call('registry.register', { kind: 'test', port: 1, ttlMs: TTL_MS });
      await writeFile(clock, jump);
      const deadline = performance.now() + 2 * TTL_MS;
      while (performance.now() < deadline) {
        await sleep(TTL_MS / 4);
        expect(await client.call('registry.renew', { lease: mine.lease })).toMatchObject({ ttlMs: TTL_MS });
      }
      expect((await client.call('registry.list', {})).items).toMatchObject([
        { name: mine.name, generation: mine.generation },
      ]);
      const { registeredAt } = await client.call('registry.register', { kind: 'test', port: 2 }).then(
        async ({ name }) =>
          (await client.call('registry.list', {})).items.find((contact) => contact.name === name) ?? {
            registeredAt: '',
          },
      );
      // It did jump.
      expect(Math.abs(Date.parse(registeredAt) - Date.now())).toBeGreaterThan(3_000_000);
      printFigure({
        figure: 'C20',
        what: `leases that ended when the clock jumped by ${jump}`,
        value: 0,
        unit: '',
        limit: 0,
      });
      client.close();
    },
    30_000,
  );
});

describe('C21: a service that stood still', () => {
  it.concurrent('takes nobody for gone who kept sending', async () => {
    await using home = await temporaryFolder();
    await using service = await spawnService(REGISTRY, home.path);
    const client = await connect(registryService, service, { client: 'test/1' });
    const { lease } = await client.call('registry.register', { kind: 'test', port: 1, ttlMs: TTL_MS, detached: true });
    service.child.kill('SIGSTOP');
    const renewals = [];
    for (let renewal = 0; renewal < 8; renewal += 1) {
      renewals.push(client.call('registry.renew', { lease }));
      await sleep(TTL_MS / 4);
    }
    service.child.kill('SIGCONT');
    for (const renewal of renewals) expect(await renewal).toMatchObject({ ttlMs: TTL_MS });
    printFigure({
      figure: 'C21',
      what: 'leases that ended in a pause of twice their time',
      value: 0,
      unit: '',
      limit: 0,
    });
    client.close();
  }, 30_000);

  it.concurrent('gives up no heartbeat client that kept sending', async () => {
    await using workshop = await spawnWorkshop();
    using raw = await openRawSocket(workshop);
    raw.write('{"jsonrpc":"2.0","id":0,"method":"rpc.hello","params":{"protocol":1,"client":"x","heartbeat":1000}}\n');
    expect(await raw.next()).toMatchObject({ id: 0 });
    workshop.child.kill('SIGSTOP');
    await sleep(5000);
    // The last thing that came before it wakes is what it says of us; then we go on as before.
    workshop.child.kill('SIGCONT');
    for (let id = 1; id <= 4; id += 1) {
      await sleep(500);
      raw.write(`{"jsonrpc":"2.0","id":${id},"method":"rpc.ping"}\n`);
      expect(await raw.next()).toMatchObject({ id, result: {} });
    }
    printFigure({ figure: 'C21', what: 'heartbeat clients given up in a pause', value: 0, unit: '', limit: 0 });
  }, 30_000);
});
