import { describe, expect, it } from '@jest/globals';
import { holdFigure, printFigure } from '../../src/figure.ts';
import { footprint } from '../../src/leaks.ts';
import { waitFor } from '../../src/wait.ts';
import { gather, spawnWorkshop } from '../workshop-process.ts';

describe('C7: lines without an end', () => {
  it('cost two lines each at most, however many and however much', async () => {
    await using workshop = await spawnWorkshop();
    {
      // What the first peers cost once is no part of what each one costs.
      await using warm = await gather('hold', workshop, { count: 500, says: 'nonsense\n', reads: true });
      await warm.tell('close');
    }
    const base = await footprint(workshop.pid);
    const peers = 1000;
    await using crowd = await gather<{ taken: number; longest: number }>('flood', workshop, {
      count: peers,
      bytesEach: 2 ** 30,
    });
    let grown = 0;
    const looks = setInterval(() => {
      void footprint(workshop.pid).then(({ rssMiB }) => (grown = Math.max(grown, rssMiB - base.rssMiB)));
    }, 20);
    const { taken, longest } = await crowd.tell('begin');
    clearInterval(looks);
    const figure = 'C7';
    printFigure({ figure, what: 'taken of each', value: taken / peers / 2 ** 20, unit: 'MiB' });
    holdFigure({ figure, what: `rss for ${peers} lines of 1 GiB`, value: grown, unit: 'MiB', limit: 192 });
    // Cut, long before all that was offered; what the network held on both sides counts too.
    expect(longest).toBeLessThan(128 * 2 ** 20);
    await waitFor('all of them to be gone', async () => (await footprint(workshop.pid)).fds <= base.fds);
  }, 60_000);
});
