import { beforeAll, describe, expect, it } from '@jest/globals';
import { describeUnless } from '@sextant/testing/describe-unless';
import { areas } from '../src/areas.ts';
import { missingFor } from '../src/measure.ts';

/** As little as shows that a contender still does the work; how fast it is, no test says. */
const PACE = { ms: 120, share: 0.005 };

for (const area of areas) {
  describe(`pnpm bench ${area.name}`, () => {
    if (area.prepare) beforeAll(area.prepare, 60_000);

    it('holds itself against contenders that it has', () => {
      const names = area.contenders.map(({ name }) => name);
      expect(names).toContain(area.reference);
      for (const { of = area.reference } of area.goals) expect(names).toContain(of);
    });
  });

  for (const contender of area.contenders) {
    const missing = await missingFor(contender);
    describeUnless(missing)(`${area.name}: ${contender.name}`, () => {
      it('does the work that is measured', async () => {
        const readings = await contender.run(PACE);
        expect(Object.keys(readings)).not.toHaveLength(0);
        const measures = area.measures.map(({ name }) => name);
        for (const [measure, { value }] of Object.entries(readings)) {
          expect(measures).toContain(measure);
          expect(value).toBeGreaterThan(0);
          expect(value).toBeLessThan(Infinity);
        }
      }, 60_000);
    });
  }
}
