import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Passing } from '../../src/output/passing.ts';

/** What a connection says of itself, as far as a test has it. */
function connection(): { sentBytes: number; takenBytes: number } {
  return { sentBytes: 0, takenBytes: 0 };
}

describe('Passing', () => {
  it('gives back the memory of a piece once the system has taken all up to its end', () => {
    const call = connection();
    using passing = new Passing(call);
    const [first, second, third] = [1, 2, 3].map(() => new Uint8Array(10_000));
    for (const piece of [first, second]) {
      call.sentBytes += 10_000;
      if (piece) passing.add(piece);
    }
    call.takenBytes = 19_999;
    call.sentBytes += 10_000;
    if (third) passing.add(third);
    expect([first, second, third].map((piece) => piece?.length)).toEqual([0, 10_000, 10_000]);
  });

  it('leaves memory alone that others use too', () => {
    const call = connection();
    using passing = new Passing(call);
    const slab = new Uint8Array(20_000);
    passing.add(slab.subarray(0, 10_000));
    expect(slab.length).toBe(20_000);
  });

  it('holds nothing of a program that has fallen silent', async () => {
    const call = { sentBytes: 10_000, takenBytes: 0 };
    using passing = new Passing(call);
    const [early, late] = [new Uint8Array(10_000), new Uint8Array(10_000)];
    passing.add(early);
    await sleep(1500);
    call.takenBytes = call.sentBytes;
    passing.add(late);
    expect([early.length, late.length]).toEqual([10_000, 0]);
  });
});
