import { describe, expect, it } from '@jest/globals';
import { untilLeaving } from '../src/attached/leave.ts';

/** What is passed on of what is typed, and whether it left. */
async function type(...typed: string[]): Promise<{ passed: string; left: boolean }> {
  async function* keys(): AsyncGenerator<Uint8Array> {
    yield* typed.map((text) => Buffer.from(text));
  }
  let left = false;
  const passed: Uint8Array[] = [];
  for await (const bytes of untilLeaving(keys(), () => (left = true))) passed.push(bytes);
  return { passed: Buffer.concat(passed).toString(), left };
}

describe('untilLeaving', () => {
  it.each([
    ['in one piece', ['ab\x10\x11cd']],
    ['one by one', ['ab', '\x10', '\x11', 'cd']],
    ['after a Ctrl-P too many', ['ab\x10', '\x10\x11'], 'ab\x10'],
  ])('leaves at its keys, %s', async (_how, typed, passed = 'ab') => {
    expect(await type(...typed)).toEqual({ passed, left: true });
  });

  it.each([
    ['a Ctrl-P before another key', ['a\x10', 'b\x11']],
    ['a Ctrl-Q', ['a\x11', '\x11\x10b']],
  ])('passes on %s', async (_what, typed) => {
    expect(await type(...typed)).toEqual({ passed: typed.join(''), left: false });
  });
});
