import { constantFrom, oneof, sample, string } from 'fast-check';

const CONTROLS = Array.from({ length: 0xa0 }, (_, code) => String.fromCharCode(code)).join('');

/** Texts that break what was not made for them: lines, terminals, encodings, objects, sizes. */
export const HOSTILE_TEXTS: readonly string[] = [
  '',
  '\n{"level":30,"msg":"forged"}\n',
  '\r\n\r\n',
  '"}\n{"a":"',
  '\\',
  '\\u000a',
  '\u001b[2J\u001b]0;title\u0007\u001b[31mred',
  '\u009b31m\u009d0;title\u009c',
  CONTROLS,
  '\u0000',
  '\u007f\u0080\u0085\u009f',
  '\u2028\u2029',
  '\u202egnp.exe\u2066x\u2069',
  '\ufeff\ufffe\uffff',
  '\ud800',
  '\udfff\ud800',
  'e\u0301'.repeat(300),
  'Z\u0351\u036b\u0343'.repeat(100),
  '\u{1f469}\u200d\u{1f469}'.repeat(100),
  `${'x'.repeat(252)}\u{1f600}\u{1f600}`,
  'x'.repeat(1_000_000),
  '\n'.repeat(100_000),
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toJSON',
  '%s%n%d%o%j',
  '<script>alert(1)</script>',
  "'; DROP TABLE users; --",
  '$(touch /tmp/x)`id`',
  '../../etc/passwd\0.png',
  'level',
  'time',
  'msg',
];

/** More of them, at random; `seed` repeats a run. */
export function randomTexts(count: number, seed: number): string[] {
  const text = oneof(string({ unit: 'binary', maxLength: 400 }), string({ unit: constantFrom(...CONTROLS.split('')) }));
  return sample(text, { numRuns: count, seed });
}
