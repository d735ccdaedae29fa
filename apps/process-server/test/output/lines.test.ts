import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { seeded } from '@sextant/testing/random';
import { temporaryFolder } from '@sextant/testing/rig';
import { placeOfLines } from '../../src/output/lines.ts';
import { Output } from '../../src/output/output.ts';
import { Segments } from '../../src/output/segments.ts';

/** The same as `tail -n`. */
function tailOf(text: string, lines: number): string {
  const all = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  return lines === 0 ? '' : all.slice(-lines).join('');
}

describe('placeOfLines', () => {
  it('is where the last lines begin, of many bytes each, also where the last has no end', async () => {
    const output = new Output();
    expect(await placeOfLines(output, 3)).toBe(0);
    const text = 'eins\n\nzwei €\nüber 😀\nrest';
    for (const byte of Buffer.from(text)) output.append('stdout', Buffer.of(byte));
    const tails = await Promise.all([0, 1, 2, 3, 4, 5, 6].map((lines) => placeOfLines(output, lines)));
    const bytes = Buffer.from(text);
    expect(tails.map((at) => bytes.subarray(at).toString())).toEqual(
      ['', 'rest', 'über 😀\nrest', 'zwei €\nüber 😀\nrest', '\nzwei €\nüber 😀\nrest'].concat([text, text]),
    );
  });

  it('is looked for no longer than somebody waits for it', async () => {
    const output = new Output();
    output.append('stdout', Buffer.from('a\nb\n'));
    const left = new AbortController();
    left.abort(new Error('left'));
    await expect(placeOfLines(output, 1, { signal: left.signal })).rejects.toThrow('left');
  });

  it('is the same as tail says of anything, on disk and in memory', async () => {
    await using home = await temporaryFolder();
    await seeded(async (random) => {
      for (let round = 0; round < 20; round += 1) {
        const path = join(home.path, `out${round}`);
        const isKept = random.chance(0.7);
        const output = new Output(isKept ? { segments: await Segments.create(path, 8 * 1024 * 1024) } : {});
        let text = '';
        for (let piece = 0; piece < 200; piece += 1) {
          const length = 1 + random.below(random.pick([5, 100, 3000]));
          const part = Array.from({ length }, () => random.pick(['a', 'b', 'c', random.chance(0.2) ? '\n' : 'd'])).join(
            '',
          );
          text += part;
          output.append(random.pick(['stdout', 'stderr']), Buffer.from(part));
        }
        if (isKept && random.chance(0.5)) await output.close();
        for (const lines of [0, 1, 2, 3 + random.below(5000), 10 ** 6]) {
          expect(text.length - (await placeOfLines(output, lines))).toBe(tailOf(text, lines).length);
        }
        await output.remove();
      }
    });
  });

  it('begins with what is kept where there are fewer', async () => {
    await using home = await temporaryFolder();
    const output = new Output({ segments: await Segments.create(join(home.path, 'out'), 64 * 1024) });
    for (let at = 0; at < 300; at += 1) {
      output.append('stdout', Buffer.from(`${'x'.repeat(999)}\n`));
      if (at % 10 === 0) await new Promise(setImmediate);
    }
    await output.close();
    expect(output.from).toBeGreaterThan(100_000);
    expect(await placeOfLines(output, 300)).toBe(output.from);
    expect(await placeOfLines(output, 10)).toBe(290_000);
  });
});
