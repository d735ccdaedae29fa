import { describe, expect, it } from '@jest/globals';
import { array, assert, dictionary, jsonValue, nat, option, property, record, string, uint8Array } from 'fast-check';
import { encodeFrame, FrameDecoder, type Frame } from '../src/frame.ts';
import { LIMITS } from '../src/limits.ts';

type Outcome = { message: unknown; body?: string } | { malformed: string; fatal: boolean };

const SMALL = { line: 200, depth: 4, body: 100 };
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What a decoder makes of bytes that come in these chunks. */
function decode(chunks: readonly Uint8Array[], limits = SMALL): Outcome[] {
  const outcomes: Outcome[] = [];
  const decoder = new FrameDecoder(limits, {
    frame: ({ message, body }: Frame) =>
      outcomes.push({ message, ...(body && { body: Buffer.from(body).toString('latin1') }) }),
    malformed: ({ type }, fatal) => outcomes.push({ malformed: type, fatal }),
  });
  for (const chunk of chunks) decoder.push(chunk);
  return outcomes;
}

/** Bytes as they travel, and what they mean. */
const VECTORS: [name: string, bytes: string | Uint8Array, outcomes: Outcome[]][] = [
  ['a message', '{"a":1}\n', [{ message: { a: 1 } }]],
  ['two messages', '{"a":1}\n{"b":2}\n', [{ message: { a: 1 } }, { message: { b: 2 } }]],
  ['CR LF', '{"a":1}\r\n', [{ message: { a: 1 } }]],
  ['empty lines', '\n\r\n{"a":1}\n\n', [{ message: { a: 1 } }]],
  ['white space', ' \t{"a":1} \n', [{ message: { a: 1 } }]],
  ['a body', '{"body":3}\nabc\n', [{ message: { body: 3 }, body: 'abc' }]],
  [
    'a body with LF in it',
    '{"body":3}\n\n\n\n\n{"a":1}\n',
    [{ message: { body: 3 }, body: '\n\n\n' }, { message: { a: 1 } }],
  ],
  ['an empty body', '{"body":0}\n\n{"a":1}\n', [{ message: { body: 0 }, body: '' }, { message: { a: 1 } }]],
  [
    'bytes that are no UTF-8 in a body',
    new Uint8Array([...utf8('{"body":2}\n'), 0xff, 0x00, 0x0a]),
    [{ message: { body: 2 }, body: '\xff\0' }],
  ],
  ['text beyond ASCII', '{"a":"ü😀"}\n', [{ message: { a: 'ü😀' } }]],
  ['an escaped pair', '{"a":"\\ud83d\\ude00"}\n', [{ message: { a: '😀' } }]],
  ['nothing yet', '{"a":1}', []],
  ['no JSON', 'x\n{"a":1}\n', [{ malformed: 'parse_error', fatal: false }, { message: { a: 1 } }]],
  ['an array', '[{"a":1}]\n', [{ malformed: 'parse_error', fatal: false }]],
  ['a bare value', '1\n', [{ malformed: 'parse_error', fatal: false }]],
  ['null', 'null\n', [{ malformed: 'parse_error', fatal: false }]],
  ['a byte order mark', '\ufeff{"a":1}\n', [{ malformed: 'parse_error', fatal: false }]],
  ['NUL', '{"a":"\0"}\n', [{ malformed: 'parse_error', fatal: false }]],
  ['an overlong encoding', new Uint8Array([0x7b, 0xc0, 0x80, 0x7d, 0x0a]), [{ malformed: 'bad_utf8', fatal: false }]],
  [
    'half a surrogate pair in UTF-8',
    new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22, 0x0a]),
    [{ malformed: 'bad_utf8', fatal: false }],
  ],
  ['half an escaped pair', '{"a":"\\ud800"}\n', [{ malformed: 'bad_utf8', fatal: false }]],
  ['half an escaped pair in a key', '{"\\ud800":1}\n', [{ malformed: 'bad_utf8', fatal: false }]],
  ['four levels', '{"a":{"b":{"c":{}}}}\n', [{ message: { a: { b: { c: {} } } } }]],
  ['five levels', '{"a":{"b":{"c":{"d":[]}}}}\n', [{ malformed: 'too_deep', fatal: false }]],
  ['a line as long as may be', `{"a":"${'x'.repeat(192)}"}\n`, [{ message: { a: 'x'.repeat(192) } }]],
  ['a longer line', `{"a":"${'x'.repeat(193)}"}\n{"a":1}\n`, [{ malformed: 'line_too_long', fatal: true }]],
  [
    'a body as long as may be',
    `{"body":100}\n${'x'.repeat(100)}\n`,
    [{ message: { body: 100 }, body: 'x'.repeat(100) }],
  ],
  ['a longer body', `{"body":101}\n${'x'.repeat(101)}\n`, [{ malformed: 'body_too_large', fatal: true }]],
  ['a body that is longer than it says', '{"body":2}\nabc\n', [{ malformed: 'bad_framing', fatal: true }]],
  ['a body that is no number', '{"body":"2"}\nab\n', [{ malformed: 'bad_framing', fatal: true }]],
  ['a negative body', '{"body":-1}\n', [{ malformed: 'bad_framing', fatal: true }]],
  ['half a byte of body', '{"body":1.5}\nab\n', [{ malformed: 'bad_framing', fatal: true }]],
  ['a body beyond counting', '{"body":9007199254740993}\n', [{ malformed: 'bad_framing', fatal: true }]],
  ['a body that is null', '{"body":null}\n', [{ malformed: 'bad_framing', fatal: true }]],
];

/** As it is after its travel, and with no member that announces a body. */
function withoutBody(message: object): object {
  const travelled = JSON.parse(JSON.stringify(message)) as Record<string, unknown>;
  delete travelled['body'];
  return travelled;
}

describe('FrameDecoder', () => {
  it.each(VECTORS)('reads %s', (_name, bytes, outcomes) => {
    expect(decode([typeof bytes === 'string' ? utf8(bytes) : bytes])).toEqual(outcomes);
  });

  it.each(VECTORS)('reads %s cut at every byte, and byte by byte', (_name, vector, outcomes) => {
    const bytes = typeof vector === 'string' ? utf8(vector) : vector;
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      expect(decode([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(outcomes);
    }
    expect(decode(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(outcomes);
  });

  it.each(VECTORS)('reads %s among other lines of one chunk', (_name, bytes, outcomes) => {
    const between = Buffer.concat([utf8('{"n":1}\n{"n":2}\n'), typeof bytes === 'string' ? utf8(bytes) : bytes]);
    const other = { message: { n: 3 } };
    const expected = [{ message: { n: 1 } }, { message: { n: 2 } }, ...outcomes];
    expect(decode([between])).toEqual(expected);
    // What ends there leaves the next line alone; what does not, or has lost its place, has none.
    const isWhole = between.at(-1) === 0x0a && !outcomes.some((outcome) => 'fatal' in outcome && outcome.fatal);
    if (isWhole) expect(decode([Buffer.concat([between, utf8('{"n":3}\n')])])).toEqual([...expected, other]);
  });

  it('reads what encodeFrame wrote, however it is cut', () => {
    const frame = record({ message: dictionary(string(), jsonValue({ maxDepth: 2 })), body: option(uint8Array()) });
    const cuts = array(nat(5000), { maxLength: 20 });
    assert(
      property(array(frame, { maxLength: 10 }), cuts, (frames, at) => {
        const sent = frames.map(({ message, body }) => ({ message: withoutBody(message), body }));
        const bytes = Buffer.concat(sent.map(({ message, body }) => encodeFrame(message, body ?? undefined)));
        const edges = [0, ...at.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
        const chunks = edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
        const expected = sent.map(({ message, body }) =>
          body
            ? { message: { ...message, body: body.length }, body: Buffer.from(body).toString('latin1') }
            : { message },
        );
        expect(decode(chunks, LIMITS)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('survives random bytes, and mutated frames', () => {
    const valid = utf8('{"jsonrpc":"2.0","id":1,"method":"x.y","params":{"a":[1,2]},"body":4}\nabcd\n{"a":1}\n');
    const mutation = record({ at: nat(valid.length - 1), byte: nat(255) });
    assert(
      property(uint8Array({ maxLength: 400 }), (bytes) => void decode([bytes])),
      { numRuns: 3000 },
    );
    assert(
      property(array(mutation, { minLength: 1, maxLength: 5 }), (mutations) => {
        const bytes = valid.slice();
        for (const { at, byte } of mutations) bytes[at] = byte;
        const whole = decode([bytes]);
        expect(decode(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(whole);
      }),
      { numRuns: 3000 },
    );
  });

  it('takes no more after its position is lost', () => {
    expect(decode([utf8('{"body":-1}\n'), utf8('{"a":1}\n')])).toEqual([{ malformed: 'bad_framing', fatal: true }]);
  });

  it('keeps no member of a prototype', () => {
    const [outcome] = decode([utf8('{"__proto__":{"polluted":1}}\n')]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(outcome && 'message' in outcome && Object.getPrototypeOf(outcome.message) === Object.prototype).toBe(true);
  });

  it('holds what came while it is paused, in the middle of a chunk too', () => {
    const seen: unknown[] = [];
    const decoder = new FrameDecoder(SMALL, {
      frame: ({ message }) => {
        seen.push(message['n']);
        if (message['n'] === 2) decoder.pause();
      },
      malformed: () => {},
    });
    decoder.push(utf8('{"n":1}\n{"n":2}\n{"n":3}\n'));
    decoder.push(utf8('{"n":4}\n'));
    expect(seen).toEqual([1, 2]);
    decoder.resume();
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  it('goes on where a sink pauses and resumes at once', () => {
    const seen: unknown[] = [];
    const decoder = new FrameDecoder(SMALL, {
      frame: ({ message }) => {
        seen.push(message['n']);
        decoder.pause();
        decoder.resume();
      },
      malformed: () => {},
    });
    decoder.push(utf8('{"n":1}\n{"n":2}\n{"n":3}\n'));
    expect(seen).toEqual([1, 2, 3]);
  });

  it('knows whether it stands between two frames', () => {
    const decoder = new FrameDecoder(SMALL, { frame: () => {}, malformed: () => {} });
    expect(decoder.atBoundary).toBe(true);
    decoder.push(utf8('{"body":2}\n'));
    expect(decoder.atBoundary).toBe(false);
    decoder.push(utf8('ab\n'));
    expect(decoder.atBoundary).toBe(true);
  });
});
