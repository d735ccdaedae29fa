import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { exchange, requestLine } from '../../src/exchange.ts';
import { holdFigure, printFigure } from '../../src/figure.ts';
import { backAtBase, footprint } from '../../src/leaks.ts';
import { describeUnless } from '../../src/describe-unless.ts';
import { missingPrograms } from '../../src/missing.ts';
import { waitFor } from '../../src/wait.ts';
import { gather, spawnWorkshop } from '../workshop-process.ts';

describeUnless(await missingPrograms('prlimit'))('C5: without descriptors', () => {
  it('serves who is there, refuses who comes, and recovers by itself', async () => {
    await using workshop = await spawnWorkshop({ under: ['prlimit', '--nofile=256:256'], log: () => {} });
    const client = await workshop.client();
    const base = await footprint(workshop.pid);
    const says = requestLine(1, 'rpc.ping');
    await using crowd = await gather<{ open: number; opened: number }>('hold', workshop, {
      count: 2000,
      says,
      reads: true,
    });
    const { opened } = await crowd.tell('count');
    expect(opened).toBeGreaterThan(0);
    await sleep(500);
    expect((await footprint(workshop.pid)).fds).toBeLessThanOrEqual(256);
    expect(await client.call('work.echo', { text: 'served' })).toMatchObject({ text: 'served' });
    await crowd.tell('close');
    const started = performance.now();
    await waitFor('a new client to be served', async () => {
      const answers = await exchange(workshop, requestLine(2, 'rpc.ping'), 3000).catch(() => []);
      return answers[0]?.['id'] === 2;
    });
    const value = performance.now() - started;
    printFigure({ figure: 'C5', what: 'served again after release', value, unit: 'ms', limit: 1000 });
    holdFigure({ figure: 'C5', what: 'exits', value: workshop.child.exitCode === null ? 0 : 1, unit: '', limit: 0 });
    await backAtBase(workshop.pid, base);
  }, 60_000);
});
