import { describe, expect, it } from '@jest/globals';
import { Lines } from '../src/shell/lines.ts';
import { visible } from '../src/visible.ts';

describe('Lines', () => {
  const text = 'ä\r\n\nlast';

  it('are the same wherever the bytes are cut', () => {
    const bytes = Buffer.from(text);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const lines = new Lines();
      const found = [...lines.push(bytes.subarray(0, cut)), ...lines.push(bytes.subarray(cut)), ...lines.end()];
      expect(found).toEqual(['ä', '', 'last']);
    }
  });

  it('do not wait for ever for the end of one', () => {
    const lines = new Lines();
    expect(lines.push(Buffer.alloc(70_000, 'x'))).toEqual(['x'.repeat(70_000)]);
    expect(lines.end()).toEqual([]);
  });
});

describe('visible', () => {
  it.each([
    ['plain ä 漢 👩‍👩‍👧', 'plain ä 漢 👩‍👩‍👧'],
    ['a\tb', 'a\tb'],
    ['\u001b]0;title\u0007', '␛]0;title␇'],
    ['\u007f\u009b31m', '␡<9b>31m'],
    ['\u202eabc', '<202e>abc'],
  ])('shows %j as %j', (text, shown) => {
    expect(visible(text)).toBe(shown);
  });
});
