import { describe, expect, it } from '@jest/globals';
import { Random, seedOfRun } from '@sextant/testing/random';
import { Ordered } from '../src/ordered.ts';

const names = (items: Iterable<{ name: string }>): string[] => Array.from(items, ({ name }) => name);

describe('Ordered', () => {
  it('is what sorting would be, whatever comes and goes', () => {
    const seed = seedOfRun();
    const random = new Random(seed);
    const ordered = new Ordered<{ name: string }>();
    const held = new Set<string>();
    for (let step = 0; step < 20_000; step += 1) {
      const name = `n${random.below(3000)}`;
      if (held.delete(name)) ordered.delete(name);
      else {
        held.add(name);
        ordered.add({ name });
      }
      if (step % 500 > 0) continue;
      const sorted = [...held].sort((a, b) => (a < b ? -1 : 1));
      expect({ seed, all: names(ordered.after()) }).toEqual({ seed, all: sorted });
      const after = sorted.filter((one) => one > name);
      expect({ seed, after: names(ordered.after(name)) }).toEqual({ seed, after });
    }
  });

  it('keeps the order in many chunks', () => {
    const ordered = new Ordered<{ name: string }>();
    const all = Array.from({ length: 5000 }, (_, at) => `n${(at * 7919) % 5000}`);
    for (const name of all) ordered.add({ name });
    for (const name of all.slice(0, 4000)) ordered.delete(name);
    const left = all.slice(4000).sort((a, b) => (a < b ? -1 : 1));
    expect(names(ordered.after())).toEqual(left);
    expect(names(ordered.after(left[499]))).toEqual(left.slice(500));
  });
});
