import { describe, expect, it } from '@jest/globals';
import { Restarts } from '../../src/run/restarts.ts';

describe('Restarts', () => {
  it('follow what their policy says', () => {
    const ends = [
      { exitCode: 0, signal: null },
      { exitCode: 3, signal: null },
      { exitCode: null, signal: 'SIGSEGV' },
    ];
    expect(ends.map((end) => new Restarts('on-failure').follows(end))).toEqual([false, true, true]);
    expect(ends.map((end) => new Restarts('always').follows(end))).toEqual([true, true, true]);
  });

  it('come ever later up to a minute, not all at once, and soon again after it ran well', () => {
    const restarts = new Restarts('always');
    for (const most of [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]) {
      const ms = restarts.next(9999);
      expect(ms).toBeLessThanOrEqual(most);
      expect(ms).toBeGreaterThanOrEqual(most * 0.8);
    }
    expect(restarts.next(10_000)).toBeLessThanOrEqual(1000);
    const delays = Array.from({ length: 20 }, () => new Restarts('always').next(0));
    expect(new Set(delays).size).toBeGreaterThan(1);
  });
});
