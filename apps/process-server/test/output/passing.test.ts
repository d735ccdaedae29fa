import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Passing } from '../../src/output/passing.ts';
import { Piece } from '../../src/output/piece.ts';

/** What a connection says of itself, as far as a test has it. */
function connection(): { sentBytes: number; takenBytes: number } {
  return { sentBytes: 0, takenBytes: 0 };
}

/** One that nobody but its way holds. */
function piece(at = 0): Piece {
  return new Piece('stdout', at, new Uint8Array(10_000));
}

describe('Passing', () => {
  it('lets go of a piece once the system has taken all up to its end', () => {
    const call = connection();
    using passing = new Passing(call);
    const pieces = [piece(), piece(), piece()];
    for (const one of pieces.slice(0, 2)) {
      call.sentBytes += 10_000;
      passing.add(one);
    }
    call.takenBytes = 19_999;
    call.sentBytes += 10_000;
    for (const one of pieces.slice(2)) passing.add(one);
    expect(pieces.map(({ bytes }) => bytes.length)).toEqual([0, 10_000, 10_000]);
  });

  it('holds nothing of a program that has fallen silent', async () => {
    const call = { sentBytes: 10_000, takenBytes: 0 };
    using passing = new Passing(call);
    const [early, late] = [piece(), piece()];
    passing.add(early);
    await sleep(1500);
    call.takenBytes = call.sentBytes;
    passing.add(late);
    expect([early, late].map(({ bytes }) => bytes.length)).toEqual([10_000, 0]);
  });
});
