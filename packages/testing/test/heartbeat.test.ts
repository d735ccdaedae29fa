import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { connect } from '@sextant/client/connect';
import { startFaultProxy } from '../src/fault-proxy.ts';
import { startRig } from '../src/rig.ts';
import { startScripted } from './scripted.ts';
import { createWorkshop, workshop } from './workshop.ts';

describe('a heartbeat', () => {
  it('is asked for at half a minute unless told otherwise, or not at all', async () => {
    await using rig = await startRig(createWorkshop());
    expect(rig.client.hello.heartbeat).toBe(30_000);
    const quiet = await connect(workshop, rig.running, { client: 'test/1', heartbeat: 0 });
    expect(quiet.hello.heartbeat).toBeUndefined();
    quiet.close();
  });

  it('ends the connection to a server that has vanished, within three intervals', async () => {
    await using rig = await startRig(createWorkshop());
    await using proxy = await startFaultProxy(rig.running);
    const client = await connect(workshop, proxy, { client: 'test/1', heartbeat: 1000 });
    const waiting = client.call('work.hold', {}).catch((error: unknown) => error);
    await sleep(50);
    proxy.blackHole();
    const started = performance.now();
    expect(await waiting).toMatchObject({
      type: 'unavailable',
      retry: 'unknown',
      message: expect.stringContaining('was lost: The service was silent for 3 s.'),
    });
    const tookMs = performance.now() - started;
    expect([tookMs > 2200, tookMs < 3200]).toEqual([true, true]);
    await client.closed;
  });

  it('keeps a silent connection for longer than that', async () => {
    await using rig = await startRig(createWorkshop());
    const client = await connect(workshop, rig.running, { client: 'test/1', heartbeat: 1000 });
    await sleep(4200);
    expect(client.lost).toBe(false);
    expect(await client.ping()).toBeGreaterThan(0);
    client.close();
  });

  it('says something only where nothing else is said', async () => {
    await using service = await startScripted(
      'workshop',
      {
        'rpc.ping': (_ask, say) => say.result({}),
        'work.echo': (_ask, say) => say.result({ text: 'x', bodyBytes: 0 }),
      },
      { heartbeat: 1000 },
    );
    const client = await connect(workshop, service, { client: 'test/1', heartbeat: 1000 });
    const until = performance.now() + 2500;
    while (performance.now() < until) {
      await client.call('work.echo', { text: 'x' });
      await sleep(200);
    }
    expect(service.asked).not.toContain('rpc.ping');
    await sleep(1500);
    expect([1, 2]).toContain(service.asked.filter((method) => method === 'rpc.ping').length);
    client.close();
  });
});
