import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { requestLine } from '../../src/exchange.ts';
import { printFigure } from '../../src/figure.ts';
import { converse, forEachTransport, TRANSPORTS, type Transport } from '../../src/transports.ts';
import { OPCODE, webSocketFrame } from '../../src/websocket-bytes.ts';
import { spawnEverywhere, type Everywhere } from '../everywhere.ts';

const body = Buffer.from('{"jsonrpc":"2.0"}\n\n\0\xff', 'latin1');
const withBody = { jsonrpc: '2.0', id: 'b', method: 'work.echo', params: { text: 'ü😀' }, body: body.length };

/** Frames as they are written, one connection each; what they are answered with is the same however they travel. */
const VECTORS: [name: string, frames: Buffer[]][] = [
  ['a request', [Buffer.from(requestLine(1, 'work.echo', { text: 'ü😀\\' }))]],
  ['two requests', [Buffer.from(requestLine(1, 'rpc.ping')), Buffer.from(requestLine('2', 'rpc.ping'))]],
  ['a body', [Buffer.concat([Buffer.from(`${JSON.stringify(withBody)}\r\n`), body, Buffer.from('\n')])]],
  ['a stream', [Buffer.from(requestLine(3, 'work.count', { to: 2 }))]],
  ['what is no JSON', [Buffer.from('{"a":nothing}\n'), Buffer.from(requestLine(4, 'rpc.ping'))]],
  ['what is no UTF-8', [Buffer.from('{"a":"\xff"}\n', 'latin1'), Buffer.from(requestLine(5, 'rpc.ping'))]],
  ['a body that lies', [Buffer.from('{"jsonrpc":"2.0","id":6,"method":"rpc.ping","body":2}\nabc\n')]],
];

/** A WebSocket cannot end in one direction only: what is not answered at once is cancelled there. */
function vectorsOf({ name }: Transport): typeof VECTORS {
  return VECTORS.filter(([what]) => name !== 'websocket' || what !== 'a stream');
}

/** Connections at a time. */
const AT_ONCE = 16;

describe('C14: frames in pieces', () => {
  let everywhere: Everywhere;
  beforeAll(async () => {
    everywhere = await spawnEverywhere({ log: () => {} });
  });
  afterAll(async () => everywhere[Symbol.asyncDispose]());

  /** Splits bytes in every way given, and holds that each means what the whole does. */
  async function same(transport: Transport, whole: Uint8Array, splits: (readonly Uint8Array[])[]): Promise<void> {
    const expected = await converse(transport, everywhere.at, [whole]);
    expect(expected.length).toBeGreaterThan(0);
    for (let at = 0; at < splits.length; at += AT_ONCE) {
      const some = splits.slice(at, at + AT_ONCE);
      const answers = await Promise.all(some.map((pieces) => converse(transport, everywhere.at, pieces)));
      for (const answer of answers) expect(answer).toEqual(expected);
    }
  }

  forEachTransport((transport) => {
    it('they mean the same, split at every byte or byte by byte', async () => {
      let count = 0;
      for (const [, frames] of vectorsOf(transport)) {
        const bytes = Buffer.concat(frames.map((frame) => transport.wrap(frame)));
        const halves = Array.from(bytes, (_, at) => [bytes.subarray(0, at), bytes.subarray(at)]);
        const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
        await same(transport, bytes, [...halves, single]);
        count += halves.length;
      }
      const what = `splits over ${transport.name} that changed anything, of ${count}`;
      printFigure({ figure: 'C14', what, value: 0, unit: '', limit: 0 });
    }, 60_000);

    it('a hundred of them mean the same in one piece', async () => {
      const ids = Array.from({ length: 100 }, (_, id) => id);
      const bytes = Buffer.concat(ids.map((id) => transport.wrap(Buffer.from(requestLine(id, 'rpc.ping')))));
      const answers = await converse(transport, everywhere.at, [bytes]);
      expect(answers.map((line) => line['id'])).toEqual(ids);
    });
  });

  it('a WebSocket message means the same in fragments, whatever comes between them', async () => {
    const transport = TRANSPORTS.find(({ name }) => name === 'websocket');
    if (!transport) throw new Error('no WebSocket');
    for (const [, [frame = Buffer.alloc(0)]] of vectorsOf(transport)) {
      const fragments = Array.from(frame, (_, cut) => [
        webSocketFrame(frame.subarray(0, cut), OPCODE.binary, false),
        webSocketFrame(Buffer.from('?'), OPCODE.ping),
        webSocketFrame(frame.subarray(cut), OPCODE.continuation),
      ]);
      await same(transport, transport.wrap(frame), fragments);
    }
  }, 60_000);
});
