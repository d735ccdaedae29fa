import { expect, it } from '@jest/globals';
import { startCrowd } from '../../src/crowd.ts';
import { startFaultProxy } from '../../src/fault-proxy.ts';
import { holdFigure, printFigure, sized } from '../../src/figure.ts';
import { openNamespace } from '../../src/namespace.ts';
import { startRig } from '../../src/rig.ts';
import { describeUnless } from '../../src/describe-unless.ts';
import { missingNamespaces } from '../../src/missing.ts';
import { createWorkshop } from '../workshop.ts';

it('C18: a client asks as often as it likes over one connection', async () => {
  await using rig = await startRig(createWorkshop());
  await using proxy = await startFaultProxy(rig.running);
  const before = rig.running.connections;
  let most = 0;
  const requests = sized(10_000, 50_000);
  for (let request = 0; request < requests; request += 1) {
    await rig.client.call('work.echo', { text: 'x' });
    most = Math.max(most, rig.running.connections);
  }
  expect([most, proxy.connections]).toEqual([before, 0]);
  holdFigure({ figure: 'C18', what: `connections for ${requests} requests`, value: most, unit: '', limit: 4 });
}, 120_000);

describeUnless(await missingNamespaces())('C18: without a free port', () => {
  it('dialling is unavailable, and may be tried again', async () => {
    await using network = await openNamespace();
    await network.run('sh', '-c', 'echo "50000 50005" > /proc/sys/net/ipv4/ip_local_port_range');
    const script = new URL('../crowd/ports.ts', import.meta.url);
    await using crowd = await startCrowd<Record<string, unknown>>(script, {}, network.under);
    const refused = await crowd.tell('report');
    expect(refused).toMatchObject({ type: 'unavailable', retry: 'safe' });
    printFigure({ figure: 'C18', what: 'dials without a port that were anything but unavailable', value: 0, unit: '' });
  });
});
