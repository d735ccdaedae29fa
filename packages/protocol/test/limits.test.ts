import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { LIMITS, STRANGER_LIMITS } from '../src/limits.ts';

const document = readFileSync(new URL('../PROTOCOL.md', import.meta.url), 'utf8');

it('has in its document each limit with its default, in the same order', () => {
  const rows = document.matchAll(/^\| `(\w+)` \| ([\d,]+) .*\|$/gm);
  const told = [...rows].map(([, name, value]) => [name, Number(value?.replaceAll(',', ''))]);
  expect(told).toEqual(Object.entries(LIMITS));
});

it('gives strangers less of each', () => {
  for (const [name, value] of Object.entries(STRANGER_LIMITS)) {
    expect(value).toBeLessThan(LIMITS[name as keyof typeof STRANGER_LIMITS]);
  }
});
