import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { holdFigure, printFigure, sized } from '../../src/figure.ts';
import { backAtBase, cpuSeconds, footprint } from '../../src/leaks.ts';
import { waitFor } from '../../src/wait.ts';
import { gather, spawnWorkshop } from '../workshop-process.ts';

const CONNECTIONS = sized(2000, 10_000);
const HELD_MS = sized(3000, 60_000);
const PING = '{"jsonrpc":"2.0","id":1,"method":"rpc.ping"}\n';

it('C16: holds idle connections, in little memory and next to no time', async () => {
  await using workshop = await spawnWorkshop();
  // What the first connections cost once, such as code that is compiled, is no part of what each one costs.
  {
    await using warm = await gather('hold', workshop, { count: 100, says: PING, reads: true });
    await warm.tell('close');
  }
  const base = await footprint(workshop.pid);
  await using crowd = await gather<{ open: number }>('hold', workshop, { count: CONNECTIONS, says: PING, reads: true });
  expect(await crowd.tell('count')).toMatchObject({ open: CONNECTIONS });
  await sleep(1000);
  const before = await cpuSeconds(workshop.pid);
  await sleep(HELD_MS);
  const cpu = ((await cpuSeconds(workshop.pid)) - before) / (HELD_MS / 1000);
  const held = await footprint(workshop.pid);
  expect(await crowd.tell('count')).toMatchObject({ open: CONNECTIONS });
  const figure = 'C16';
  holdFigure({ figure, what: `rss of ${CONNECTIONS} idle connections`, value: held.rssMiB, unit: 'MiB', limit: 160 });
  printFigure({ figure, what: `one core, for ${CONNECTIONS} idle connections`, value: cpu * 100, unit: '%', limit: 2 });
  expect(cpu).toBeLessThan(0.1);
  await crowd.tell('close');
  await backAtBase(workshop.pid, base);
  const client = await workshop.client();
  await waitFor(
    'memory to be given back',
    async () => {
      await client.call('work.figures', {});
      return (await footprint(workshop.pid)).rssMiB - base.rssMiB <= 32;
    },
    30_000,
  ).catch(() => {});
  const after = (await footprint(workshop.pid)).rssMiB - base.rssMiB;
  holdFigure({ figure, what: 'rss above what it was before they came', value: after, unit: 'MiB', limit: 32 });
}, 240_000);
