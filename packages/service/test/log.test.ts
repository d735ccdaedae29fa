import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { HOSTILE_TEXTS, randomTexts } from './hostile-texts.ts';

const PROGRAM = new URL('programs/write-log.ts', import.meta.url).pathname;
/** Lines that the program writes for each text. */
const PLACES = 6;

/** What a process that logs the texts writes on its stderr. */
function logged(texts: readonly string[]): Buffer {
  const { stderr, status } = spawnSync(process.execPath, [PROGRAM], {
    input: JSON.stringify(texts),
    maxBuffer: 256 * 1024 * 1024,
  });
  expect(status).toBe(0);
  return stderr;
}

/** Every text in a value, with the name of its member. */
function textsOf(value: unknown, name = ''): [name: string, text: string][] {
  if (typeof value === 'string') return [[name, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => textsOf(member, key).concat([['', key]]));
}

function isTame([name, text]: [name: string, text: string]): boolean {
  return text.isWellFormed() && text.length <= (name === 'stack' ? 2048 : 256);
}

function expectTame(texts: readonly string[]): void {
  const written = logged(texts).toString('latin1');
  expect(written).toMatch(/^[ -~\n]*\n$/);
  const lines = written.trimEnd().split('\n');
  expect(lines.length).toBe(texts.length * PLACES);
  const wild = lines.flatMap((line) => textsOf(JSON.parse(line))).filter((text) => !isTame(text));
  expect(wild).toEqual([]);
}

describe('a log', () => {
  it('has one line of printable ASCII for each entry, whatever texts are in it', () => {
    expectTame(HOSTILE_TEXTS);
  });

  it('has so for texts at random', () => {
    const seed = Date.now();
    try {
      expectTame(randomTexts(2000, seed));
    } catch (error) {
      throw new Error(`with seed ${seed}`, { cause: error });
    }
  });

  it('gives texts back as they were, or their beginning with a mark', () => {
    const [first, second] = logged(['zwölf\n\u{1f600}', 'y'.repeat(257)])
      .toString('ascii')
      .split('\n')
      .filter((_, line) => line % PLACES === 0)
      .map((line) => (JSON.parse(line || '{}') as { msg: string }).msg);
    expect([first, second]).toEqual(['zwölf\n\u{1f600}', `${'y'.repeat(253)}...`]);
  });

  it('tells where an error was thrown, and what caused it, however long its message', () => {
    const lines = logged(['z'.repeat(100_000)])
      .toString('ascii')
      .split('\n');
    const { err } = JSON.parse(lines[4] ?? '') as { err: { type: string; stack: string; code: string } };
    expect(err).toMatchObject({ type: 'Error', code: `${'z'.repeat(253)}...` });
    expect(err.stack).toContain('write-log.ts');
    const outer = JSON.parse(lines[5] ?? '') as { err: object };
    expect(outer.err).toMatchObject({ cause: { type: 'AggregateError', errors: [{ type: 'TypeError' }] } });
  });
});
