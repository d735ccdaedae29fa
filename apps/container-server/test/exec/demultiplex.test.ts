import { describe, expect, it } from '@jest/globals';
import { demultiplex, type Output } from '../../src/exec/demultiplex.ts';

function piece(kind: number, text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = kind;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

async function read(...chunks: Buffer[]): Promise<Output[]> {
  async function* stream(): AsyncGenerator<Buffer> {
    yield* chunks;
  }
  const outputs: Output[] = [];
  for await (const output of demultiplex(stream())) outputs.push(output);
  return outputs;
}

const ALL = Buffer.concat([piece(1, 'one'), piece(2, ''), piece(2, 'two'), piece(1, 'three')]);

describe('demultiplex', () => {
  it.each(Array.from({ length: ALL.length }, (_, at) => at + 1))(
    'tells apart what comes %i bytes at a time',
    async (size) => {
      const chunks = Array.from({ length: Math.ceil(ALL.length / size) }, (_, at) =>
        ALL.subarray(at * size, (at + 1) * size),
      );
      const outputs = await read(...chunks);
      const of = (wanted: string): string =>
        outputs.map(([channel, bytes]) => (channel === wanted ? Buffer.from(bytes).toString() : '')).join('');
      expect({ stdout: of('stdout'), stderr: of('stderr') }).toEqual({ stdout: 'onethree', stderr: 'two' });
    },
  );

  it('passes on at once what has come of a piece', async () => {
    expect(await read(piece(2, 'half of it').subarray(0, 12))).toEqual([['stderr', Buffer.from('half')]]);
  });
});
