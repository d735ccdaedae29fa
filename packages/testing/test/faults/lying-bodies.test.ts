import { describe, expect, it } from '@jest/globals';
import { exchange, requestLine } from '../../src/exchange.ts';
import { printFigure, sized } from '../../src/figure.ts';
import { seeded, type Random } from '../../src/random.ts';
import { startRig } from '../../src/rig.ts';
import { createWorkshop } from '../workshop.ts';

describe('C8: bodies that lie', () => {
  const LIES = ['short', 'long', 'negative', 'huge', 'fraction', 'text'] as const;

  it('end their own connection, and no reply is for another request', async () => {
    await using rig = await startRig(createWorkshop());
    const beside = await rig.connect();
    await seeded(async (random) => {
      const bodies = sized(20_000, 100_000);
      for (let sent = 0; sent < bodies; sent += 1000) {
        await Promise.all(Array.from({ length: 20 }, () => speakAndLie(rig.running, random, 50)));
        await beside.ping();
      }
      printFigure({ figure: 'C8', what: 'desynchronised replies', value: 0, unit: `of ${bodies}`, limit: 0 });
    });
  }, 120_000);

  async function speakAndLie(at: { host: string; port: number }, random: Random, honest: number): Promise<void> {
    const frames: Uint8Array[] = [];
    const expected: object[] = [];
    for (let id = 0; id < honest; id += 1) {
      const body = trickyBody(random);
      expected.push({ id, result: { text: String(id), bodyBytes: body.length } });
      frames.push(frame(id, body.length), body, Buffer.from('\n'));
    }
    const body = trickyBody(random);
    frames.push(frame(honest, lie(random, body.length)), body, Buffer.from('\n'));
    const lines = await exchange(at, Buffer.concat(frames));
    expect(lines.slice(0, honest)).toMatchObject(expected);
    expect(lines[honest]).toMatchObject({ id: null, error: { data: { type: expect.stringMatching(/^b/) } } });
    expect(lines[honest + 1]).toMatchObject({ method: 'rpc.goaway', params: { reason: 'protocol_error' } });
    expect(lines).toHaveLength(honest + 2);
  }

  /** Bytes that look like what could follow them. */
  function trickyBody(random: Random): Uint8Array {
    const kind = random.below(3);
    if (kind === 0) return random.bytes(random.below(300));
    if (kind === 1) return Buffer.from('\n'.repeat(random.below(20)));
    return Buffer.from(requestLine(random.below(50), 'work.echo', { text: 'from a body' }).repeat(1 + random.below(3)));
  }

  function frame(id: number, announced: number | string): Uint8Array {
    const message = { jsonrpc: '2.0', id, method: 'work.echo', params: { text: String(id) }, body: announced };
    return Buffer.from(`${JSON.stringify(message)}\n`);
  }

  function lie(random: Random, bytes: number): number | string {
    const kind = random.pick(LIES);
    // Shorter by one of nothing is longer by one; an LF where the body is to end would make it no lie.
    if (kind === 'short' || kind === 'long') return bytes + 2;
    return { negative: -1 - random.below(1000), huge: 2 ** 53, fraction: 0.5, text: String(bytes) }[kind];
  }
});
