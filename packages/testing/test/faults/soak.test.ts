import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { holdFigure, printFigure, SOAK, sized } from '../../src/figure.ts';
import { backAtBase, footprint } from '../../src/leaks.ts';
import { gather, spawnWorkshop } from '../workshop-process.ts';

/** SOAK_SECONDS for the eight hours of a night. */
const SECONDS = sized(8, Number(process.env['SOAK_SECONDS'] ?? 600));
const LOOKS = 6;
const MAX_SLOPE_MIB_PER_HOUR = 1;

it('C29: a service under steady load stays as it is', async () => {
  await using workshop = await spawnWorkshop();
  const client = await workshop.client();
  await client.call('work.figures', {});
  const base = await footprint(workshop.pid);
  const crowd = await gather('busy', workshop, { count: 50, ms: 5 });
  // Code that is compiled and caches that fill are no leak.
  await sleep((SECONDS * 1000) / 4);
  const looks: { hours: number; heapMiB: number; fds: number; resources: number }[] = [];
  const started = performance.now();
  for (let look = 0; look < LOOKS; look += 1) {
    await sleep((SECONDS * 750) / LOOKS);
    const { heapMiB, resources } = await client.call('work.figures', {});
    const { fds } = await footprint(workshop.pid);
    looks.push({ hours: (performance.now() - started) / 3_600_000, heapMiB, fds, resources });
  }
  const slope = slopeOf(looks.map(({ hours, heapMiB }) => [hours, heapMiB]));
  const [first] = looks;
  const last = looks.at(-1);
  const grown = (last?.heapMiB ?? 0) - (first?.heapMiB ?? 0);
  const figure = 'C29';
  // In seconds, noise is all there is.
  const what = `heap after gc, over ${SECONDS} s`;
  if (SOAK) printFigure({ figure, what, value: slope, unit: 'MiB/h', limit: MAX_SLOPE_MIB_PER_HOUR });
  holdFigure({ figure, what: 'heap after gc, last look less the first', value: grown, unit: 'MiB', limit: 4 });
  printFigure({ figure, what: 'descriptors more', value: (last?.fds ?? 0) - (first?.fds ?? 0), unit: '', limit: 0 });
  expect(last?.fds).toBe(first?.fds);
  await crowd.kill();
  await backAtBase(workshop.pid, base);
}, 36_000_000);

/** By least squares. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = mean(points.map(([at]) => at));
  const y = mean(points.map(([, value]) => value));
  const above = points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0);
  return above / points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
}
