import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { openRawSocket, type RawSocket } from '../src/raw-socket.ts';
import { startRig } from '../src/rig.ts';
import { createWorkshop } from './workshop.ts';

function ask(raw: RawSocket, method: string, params: object, credit: number): void {
  raw.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method, params, credit })}\n`);
}

function allow(raw: RawSocket, n: number): void {
  raw.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'rpc.credit', params: { id: 1, n } })}\n`);
}

/** The numbers of the items that come until nothing more does. */
async function numbers(raw: RawSocket, count: number): Promise<unknown[]> {
  const seen: unknown[] = [];
  while (seen.length < count) {
    const message = (await raw.next()) as { params: { item: { number: number } } };
    seen.push(message.params.item.number);
  }
  return seen;
}

describe('credit', () => {
  it('is how many items come, until more is allowed', async () => {
    const app = createWorkshop();
    await using rig = await startRig(app);
    using raw = await openRawSocket(rig.running);
    ask(raw, 'work.count', { to: 6 }, 2);
    expect(await numbers(raw, 2)).toEqual([1, 2]);
    await sleep(100);
    // The one that waits was not handed over.
    expect(app.counted).toBeLessThanOrEqual(2);
    allow(raw, 3);
    expect(await numbers(raw, 3)).toEqual([3, 4, 5]);
    allow(raw, 100);
    expect(await numbers(raw, 1)).toEqual([6]);
    expect(await raw.next()).toMatchObject({ id: 1, result: { sent: 6 } });
  });

  it('of nothing holds a stream, and nothing else of its connection', async () => {
    await using rig = await startRig(createWorkshop());
    using raw = await openRawSocket(rig.running);
    ask(raw, 'work.count', { to: 1 }, 0);
    raw.write('{"jsonrpc":"2.0","id":2,"method":"rpc.ping"}\n');
    expect(await raw.next()).toMatchObject({ id: 2, result: {} });
    allow(raw, 1);
    expect(await numbers(raw, 1)).toEqual([1]);
  });

  it('that is spent when the client ends its side ends the request', async () => {
    await using rig = await startRig(createWorkshop());
    using raw = await openRawSocket(rig.running);
    ask(raw, 'work.count', { to: 5 }, 1);
    raw.socket.end();
    expect(await numbers(raw, 1)).toEqual([1]);
    expect(await raw.next()).toMatchObject({ id: 1, error: { data: { type: 'limit', limit: 'credit' } } });
    expect(await raw.next()).toBeUndefined();
  });
});
