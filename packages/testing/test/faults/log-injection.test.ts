import { expect, it } from '@jest/globals';
import { exchange, requestLine } from '../../src/exchange.ts';
import { printFigure } from '../../src/figure.ts';
import { waitFor } from '../../src/wait.ts';
import { NAUGHTY } from '../naughty-strings.ts';
import { spawnWorkshop } from '../workshop-process.ts';

/** Longer than any field of a log may be. */
const LONG = 'x'.repeat(50_000);

it('C26: whatever comes in, the log stays one object of printable characters a line', async () => {
  const log: string[] = [];
  await using workshop = await spawnWorkshop({ flags: ['--log-level', 'trace'], log: (line) => log.push(line) });
  for (const text of [...NAUGHTY, LONG]) {
    const auth = { type: 'token', token: text.slice(0, 256) || 'x' };
    const lines = [
      requestLine(1, 'rpc.hello', { protocol: 1, client: text.slice(0, 64) }),
      requestLine(text.slice(0, 64) || 'id', 'work.fail', { how: 'rejects' }),
      requestLine(2, text.slice(0, 64) || 'x', { [text.slice(0, 64)]: text }),
      requestLine(3, 'work.echo', { text }),
      `${text}\n`,
    ];
    await exchange(workshop, `\n${lines.join('')}`);
    if (text === NAUGHTY[0]) await exchange(workshop, requestLine(4, 'rpc.hello', { protocol: 1, client: 'x', auth }));
  }
  await waitFor('the log', () => log.length >= NAUGHTY.length);
  for (const line of log) {
    expect(line).toMatch(/^[ -~]+$/);
    for (const [, value] of Object.entries(JSON.parse(line) as object)) {
      // A stack is cut too, at another length.
      if (typeof value === 'string') expect(value.length).toBeLessThanOrEqual(256);
    }
  }
  printFigure({ figure: 'C26', what: `of ${log.length} lines of log that were none`, value: 0, unit: '', limit: 0 });
}, 60_000);
