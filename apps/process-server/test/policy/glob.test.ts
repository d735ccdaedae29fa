import { describe, expect, it } from '@jest/globals';
import { assert, constantFrom, property, string } from 'fast-check';
import { matches } from '../../src/policy/glob.ts';

describe('a pattern', () => {
  it('fits the same texts as the regular expression that it stands for', () => {
    const text = string({ unit: constantFrom('a', 'b', '.', '\n', '/', '\0'), maxLength: 12 });
    const pattern = string({ unit: constantFrom('a', 'b', '.', '*', '\n'), maxLength: 8 });
    assert(
      property(pattern, text, (pattern, text) => {
        const parts = pattern.split('*').map((part) => RegExp.escape(part));
        expect(matches(pattern, text)).toBe(new RegExp(`^${parts.join('.*')}$`, 's').test(text));
      }),
      { numRuns: 5000 },
    );
  });

  it('is quick on what a regular expression is slow on', () => {
    const begin = performance.now();
    expect(matches('*a*a*a*a*a*a*a*a*b', 'a'.repeat(65_536))).toBe(false);
    expect(performance.now() - begin).toBeLessThan(1000);
  });
});
