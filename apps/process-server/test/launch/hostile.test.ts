import { describe, expect, it } from '@jest/globals';
import { array, assert, asyncProperty, constantFrom, dictionary, oneof, string } from 'fast-check';
import { passedOn } from '../../src/policy/environment.ts';
import { collect, start } from '../rig.ts';

/** What has meant something else than itself to some program, once. */
const NAUGHTY = [
  '',
  ' ',
  '\t',
  '-',
  '--',
  '-n',
  '-rf',
  '--help',
  '-c',
  '@file',
  '/dev/null',
  '..',
  '~',
  '*',
  '?',
  '[a]',
  '!!',
  '#',
  '$HOME',
  '${IFS}',
  '$(id)',
  '`id`',
  '$((1))',
  '; exit 1',
  '| cat',
  '&& ls',
  '> x',
  '<(id)',
  '{a,b}',
  '\\',
  '\\\\',
  '"',
  "'",
  "'\"'\"'",
  '%s%n',
  '%00',
  '\\0',
  '\\x00',
  '\n',
  '\r\n',
  '\u001b[2J',
  '\u007f',
  '\u0001',
  '\u0085',
  'ü€',
  '😀👩‍👩‍👧',
  '\u202eabc',
  '\ufeff',
  '\ufffd',
  '\ufffe',
  'e\u0301',
  'Ω≈ç√',
  '田中',
  'ﷺ',
  '\u2028',
  'ｔｅｓｔ',
  'undefined',
  'null',
  'NaN',
  '1e999',
  '__proto__',
  'constructor',
  "' OR 1=1 --",
  '<script>alert(1)</script>',
  '() { :; }; echo bad',
  'LD_PRELOAD=/x',
  'A=B',
  '{{7*7}}',
  '../../etc/passwd',
  'x'.repeat(20_000),
];

const text = oneof(constantFrom(...NAUGHTY), string({ unit: 'binary', maxLength: 50 }), string({ maxLength: 50 })).map(
  (text) => text.replaceAll('\0', ''),
);
const variable = constantFrom('A', '_', 'HOME', 'TERM', 'LC_ALL', 'A'.repeat(128), 'constructor', '__proto__x', 'a1_');

/** Prints its arguments on one channel and its environment on the other, as the system gave them. */
const PROBE = ['-c', 'cat /proc/$$/cmdline; cat /proc/$$/environ >&2'];

describe('a program', () => {
  it('gets the bytes that were sent, and no variable that was not', async () => {
    await using rig = await start();
    const usual = passedOn(process.env);
    await assert(
      asyncProperty(array(text, { maxLength: 8 }), dictionary(variable, text), async (args, env) => {
        const order = { program: 'sh', args: [...PROBE, ...args], env };
        const { stdout, stderr, result } = await collect(rig.client.open('process.run', order));
        expect(stdout.equals(Buffer.from(['sh', ...order.args, ''].join('\0')))).toBe(true);
        const found = stderr.toString().split('\0').slice(0, -1);
        const expected = { ...usual, SHLVL: '1', ...env, SEXTANT_RUN: result.id };
        expect(found.sort()).toEqual(
          Object.entries(expected)
            .map(([name, value]) => `${name}=${value}`)
            .sort(),
        );
      }),
      { numRuns: 300 },
    );
  }, 30_000);

  it.each([
    ['argument 2', { args: ['fine', 'a\0b'] }],
    ['A', { env: { A: '\0' } }],
    ['its folder', { cwd: '/\0' }],
  ])('cannot be given a NUL: %s', async (where, more) => {
    await using rig = await start();
    await expect(rig.client.call('process.run', { program: 'echo', ...more })).rejects.toMatchObject({
      type: 'invalid_params',
      data: { reason: 'EINVAL' },
      message: expect.stringMatching(
        `^Cannot run "echo": ${where} has a NUL character in it, and the system takes none`,
      ),
    });
  });
});
