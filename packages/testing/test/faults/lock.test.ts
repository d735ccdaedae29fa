import { expect, it } from '@jest/globals';
import { holdFigure, sized } from '../../src/figure.ts';
import { temporaryFolder } from '../../src/rig.ts';
import { spawnWorkshop } from '../workshop-process.ts';

const TRIES = sized(10, 100);

it('C32: a second service on the same folder refuses to start, and names the first', async () => {
  await using home = await temporaryFolder();
  await using first = await spawnWorkshop({ home: home.path });
  let refused = 0;
  for (let tries = 0; tries < TRIES; tries += 1) {
    await expect(spawnWorkshop({ home: home.path })).rejects.toThrow(
      `in use by another instance (process ${first.pid})`,
    );
    refused += 1;
  }
  holdFigure({
    figure: 'C32',
    what: `of ${TRIES} second services that started`,
    value: TRIES - refused,
    unit: '',
    limit: 0,
  });
}, 60_000);

it('C32: of many that start at once, one does', async () => {
  await using home = await temporaryFolder();
  const started = await Promise.allSettled(Array.from({ length: 8 }, () => spawnWorkshop({ home: home.path })));
  const up = started.filter((outcome) => outcome.status === 'fulfilled');
  for (const { value } of up) await value[Symbol.asyncDispose]();
  expect(up).toHaveLength(1);
}, 60_000);
