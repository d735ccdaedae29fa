import { describe, expect, it } from '@jest/globals';
import { array, assert, asyncProperty, string } from 'fast-check';
import { exchange, requestLine, typeOf } from '../../src/exchange.ts';
import { seedOfRun } from '../../src/random.ts';
import { startRig } from '../../src/rig.ts';
import { NAUGHTY } from '../naughty-strings.ts';
import { createWorkshop } from '../workshop.ts';

describe('C9: bytes that are no text', () => {
  it('takes or names every sequence of two bytes, and goes on', async () => {
    await using rig = await startRig(createWorkshop(), { malformed: 1000 });
    for (let first = 0; first < 256; first += 1) {
      const lines = await exchange(
        rig.running,
        Buffer.concat(Array.from({ length: 256 }, (_, second) => pair(first, second))),
      );
      const answers = lines.filter((line) => line['id'] !== 'end');
      const wrong = answers.find((line) => !line['result'] && !NAMED.has(String(typeOf(line))));
      expect(wrong).toBeUndefined();
      expect(lines.at(-1)).toMatchObject({ id: 'end', result: {} });
    }
  }, 60_000);

  const NAMED = new Set(['bad_utf8', 'parse_error', 'invalid_request', 'invalid_params']);

  function pair(first: number, second: number): Buffer {
    const line = [Buffer.from('{"jsonrpc":"2.0","id":1,"method":"work.echo","params":{"text":"')];
    line.push(Buffer.of(first, second), Buffer.from('"}}\n'));
    if (second === 255) line.push(Buffer.from(requestLine('end', 'rpc.ping')));
    return Buffer.concat(line);
  }

  it.each([
    ['a byte order mark', '\ufeff{"jsonrpc":"2.0","id":1,"method":"rpc.ping"}', 'parse_error'],
    ['NUL', '{"jsonrpc":"2.0","id":1,"method":"rpc\0ping"}', 'parse_error'],
    ['half a pair', String.raw`{"jsonrpc":"2.0","id":1,"method":"work.echo","params":{"text":"\ud800"}}`, 'bad_utf8'],
    [
      'two halves in the wrong order',
      String.raw`{"jsonrpc":"2.0","id":"\udc00\ud800","method":"rpc.ping"}`,
      'bad_utf8',
    ],
  ])('names %s', async (_what, line, type) => {
    await using rig = await startRig(createWorkshop());
    const lines = await exchange(rig.running, `\n${line}\n${requestLine(2, 'rpc.ping')}`);
    expect(lines.map(typeOf)).toEqual([type, undefined]);
    expect(lines[1]).toMatchObject({ id: 2, result: {} });
  });

  it('gives back any text exactly as it came', async () => {
    await using rig = await startRig(createWorkshop());
    const texts = array(string({ unit: 'binary', maxLength: 200 }), { maxLength: 20 });
    await assert(
      asyncProperty(texts, async (list) => {
        for (const text of [...list, ...NAUGHTY]) {
          expect(await rig.client.call('work.echo', { text })).toMatchObject({ text });
        }
      }),
      { seed: seedOfRun(), numRuns: 50 },
    );
  });
});
