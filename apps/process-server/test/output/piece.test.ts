import { describe, expect, it } from '@jest/globals';
import { Piece } from '../../src/output/piece.ts';

describe('Piece', () => {
  it('gives back its memory when the last one lets go of it', () => {
    const piece = new Piece('stdout', 0, new Uint8Array(10_000));
    piece.hold();
    piece.release();
    expect(piece.bytes).toHaveLength(10_000);
    piece.release();
    expect(piece.bytes).toHaveLength(0);
  });

  it('leaves memory alone that others use too', () => {
    const slab = new Uint8Array(20_000);
    new Piece('stdout', 0, slab.subarray(0, 10_000)).release();
    expect(slab).toHaveLength(20_000);
  });

  it('grows by what is small, and leaves as it is what others look at', () => {
    const piece = new Piece('stdout', 100, Buffer.from('a'));
    const before = piece.bytes;
    for (let at = 0; at < 10_000; at += 1) expect(piece.grow(Buffer.from('b'))).toBe(true);
    expect(Buffer.from(before).toString()).toBe('a');
    expect(Buffer.from(piece.bytes).toString()).toBe(`a${'b'.repeat(10_000)}`);
    expect(piece.end).toBe(10_101);
    expect(piece.grow(new Uint8Array(4096))).toBe(false);
  });

  it('grows to 64 KiB', () => {
    const piece = new Piece('stdout', 0, new Uint8Array(60_000));
    expect(piece.grow(new Uint8Array(4000))).toBe(true);
    expect(piece.grow(new Uint8Array(4000))).toBe(false);
  });
});
