import { describe, expect, it } from '@jest/globals';
import { printable, printableFields, toAscii } from '../src/observe/printable.ts';

describe('printable', () => {
  it('leaves out what could let somebody in, at any depth and in any case', () => {
    const auth = { type: 'token', token: 'sxt_1' };
    expect(
      JSON.stringify(printable({ params: { auth }, list: [auth], Signature: 's', AUTHORIZATION: 'Bearer x' })),
    ).toBe(
      '{"params":{"auth":"[redacted]"},"list":[{"type":"token","token":"[redacted]"}],"Signature":"[redacted]","AUTHORIZATION":"[redacted]"}',
    );
  });

  it('keeps that there is none', () => {
    expect(printable({ token: null, auth: undefined })).toEqual({ token: null, auth: undefined });
  });

  it('ends where an object is too deep, too wide, or goes round in a circle', () => {
    const round: Record<string, unknown> = {};
    round['again'] = round;
    const wide = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`m${n}`, [n]]));
    for (const value of [round, wide, { list: Array.from({ length: 100_000 }, () => wide) }]) {
      expect(JSON.stringify(printableFields(value)).length).toBeLessThan(8192);
    }
  });

  it('takes no member for a prototype', () => {
    const value = printable(JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"x":1}}}'));
    expect(JSON.stringify(value)).toBe('{"__proto__":{"polluted":true},"constructor":{"prototype":{"x":1}}}');
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('writes what JSON has no word for in another way', () => {
    const at = new Date(0);
    const value = printable({ at, url: new URL('http://a/'), big: 2n ** 64n, bytes: new Uint8Array(5) });
    expect(JSON.parse(JSON.stringify(value))).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      url: 'http://a/',
      big: '18446744073709551616',
      bytes: '5 bytes',
    });
  });
});

describe('toAscii', () => {
  it('leaves what JSON.parse reads the same', () => {
    const value = { 'ключ\u009b': 'é\u007f\u{1f600}\u2028\n"' };
    const ascii = toAscii(`${JSON.stringify(value)}\n`);
    expect(ascii).toMatch(/^[ -~]+\n$/);
    expect(JSON.parse(ascii)).toEqual(value);
  });
});
