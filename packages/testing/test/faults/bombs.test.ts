import { describe, expect, it } from '@jest/globals';
import { LIMITS } from '@sextant/protocol/limits';
import { exchange, requestLine } from '../../src/exchange.ts';
import { printFigure } from '../../src/figure.ts';
import { spawnWorkshop } from '../workshop-process.ts';

describe('C10: lines that are dear to read', () => {
  const fill = LIMITS.line - 200;
  const BOMBS: [name: string, params: string][] = [
    ['deep', `${'['.repeat(fill / 2)}${']'.repeat(fill / 2)}`],
    ['deep objects', `${'{"a":'.repeat(fill / 6)}1${'}'.repeat(fill / 6)}`],
    ['as deep as may be, again and again', `[${`${'['.repeat(28)}${']'.repeat(28)},`.repeat(fill / 57)}1]`],
    ['wide', `[${'0,'.repeat(fill / 2 - 2)}0]`],
    ['a long number', '1'.repeat(fill)],
    ['a long fraction', `0.${'1'.repeat(fill - 2)}`],
    ['a number with a large exponent', `1e${'9'.repeat(fill - 2)}`],
    ['many keys', `{${Array.from({ length: fill / 10 }, (_, key) => `"${key.toString(36)}":1`).join()}}`],
    ['the same key', `{${'"a":1,'.repeat(fill / 6 - 2)}"a":1}`],
    ['keys that are numbers', `{${Array.from({ length: fill / 18 }, (_, key) => `"${key * 65_537}":1`).join()}}`],
    ['many escapes', `"${String.raw`\u0041`.repeat(fill / 6 - 1)}"`],
    ['a method nobody has', `{"x":"${'rpc.'.repeat(fill / 4 - 8)}"}`],
  ];

  it('are answered before anybody notices', async () => {
    await using workshop = await spawnWorkshop();
    const client = await workshop.client();
    let longest = 0;
    for (const [name, params] of BOMBS) {
      await client.call('work.figures', {});
      const line = `{"jsonrpc":"2.0","id":1,"method":"work.echo","params":${params}}\n`;
      expect(line.length).toBeLessThanOrEqual(LIMITS.line + 1);
      const lines = await exchange(workshop, line + requestLine(2, 'rpc.ping'));
      expect([name, lines.length, lines[0]?.['error'] !== undefined]).toEqual([name, 2, true]);
      longest = Math.max(longest, (await client.call('work.figures', {})).blockedMs);
    }
    printFigure({ figure: 'C10', what: 'the event loop stood still', value: longest, unit: 'ms', limit: 20 });
    expect(longest).toBeLessThan(200);
  }, 60_000);
});
