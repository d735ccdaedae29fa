import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { holdFigure, printFigure, sized } from '../../src/figure.ts';
import { backAtBase, footprint } from '../../src/leaks.ts';
import { gather, spawnWorkshop } from '../workshop-process.ts';

const READERS = sized(100, 1000);
const STALLED_MS = sized(6000, 8000);
const SETTLE_MS = sized(4000, 18_000);
// Large items: what it takes to fill a gigabyte of the network's own buffers is no part of what is asked here.
const COUNT = '{"jsonrpc":"2.0","id":1,"method":"work.count","params":{"to":100000000,"padding":50000}}\n';
/** A reader that makes no progress is reset after this long ... */
const STALLED_WRITE_MS = sized(12_000, 30_000);
/** ... and so much later at the latest. */
const LATE_MS = 5000;

it('C1: readers that stand still cost neither memory nor others their time, and are let go', async () => {
  await using workshop = await spawnWorkshop({ flags: ['--limits', `stalledWriteMs=${STALLED_WRITE_MS}`] });
  await using probe = await gather<{ p99: number; lost: number }>('probe', workshop, { everyMs: 5 });
  await sleep(3000);
  const quiet = await probe.tell('read');
  {
    // What it takes to stream as fast as can be is no part of what it costs that nobody reads.
    await using readers = await gather('hold', workshop, { count: 50, says: COUNT, reads: true });
    await sleep(2000);
    await readers.kill();
    await sleep(500);
  }
  const base = await footprint(workshop.pid);
  await using crowd = await gather('hold', workshop, { count: READERS, says: COUNT, reads: false });
  // Until the network itself is full.
  await sleep(SETTLE_MS);
  const started = performance.now();
  const filling = await probe.tell('read');
  await sleep(STALLED_MS);
  const busy = await probe.tell('read');
  const grown = (await footprint(workshop.pid)).rssMiB - base.rssMiB;
  const figure = 'C1';
  holdFigure({ figure, what: `rss for ${READERS} stalled readers`, value: grown, unit: 'MiB', limit: 256 });
  printFigure({ figure, what: "others' p99, quiet", value: quiet.p99, unit: 'ms' });
  printFigure({ figure, what: "others' p99, while the network fills", value: filling.p99, unit: 'ms' });
  printFigure({ figure, what: "others' p99, beside them", value: busy.p99, unit: 'ms', limit: quiet.p99 * 2 });
  expect(busy.p99).toBeLessThan(quiet.p99 * 2 + 100);
  await backAtBase(workshop.pid, base, STALLED_WRITE_MS + LATE_MS - (performance.now() - started));
  const after = (performance.now() - started) / 1000;
  printFigure({ figure, what: 'released after', value: after, unit: 's', limit: (STALLED_WRITE_MS + LATE_MS) / 1000 });
  expect(crowd.pid).toBeGreaterThan(0);
  expect(await probe.tell('read')).toMatchObject({ lost: 0 });
}, 180_000);
