import { describe, expect, it } from '@jest/globals';
import { connect } from '@sextant/client/connect';
import { openRawSocket } from '../src/raw-socket.ts';
import { startRig } from '../src/rig.ts';
import { createWorkshop, workshop } from './workshop.ts';

const start = () => startRig(createWorkshop());
const asked = (id: number, params: object, key: string): string =>
  `${JSON.stringify({ jsonrpc: '2.0', id, method: 'work.add', params, key })}\n`;

describe('a request with a key', () => {
  it('is done once, and says so of what it answers again', async () => {
    await using rig = await start();
    using raw = await openRawSocket(rig.running, rig.token);
    for (const id of [1, 2]) raw.write(asked(id, { to: 'a' }, 'k'));
    expect([await raw.next(), await raw.next()]).toEqual([
      { jsonrpc: '2.0', id: 1, result: { is: 1 } },
      { jsonrpc: '2.0', id: 2, result: { is: 1 }, replayed: true },
    ]);
  });

  it('is done once for each who asks, and for each key', async () => {
    await using rig = await start();
    const stranger = await connect(workshop, rig.running, { client: 'test/1' });
    const ask = (client: typeof stranger, key: string) => client.call('work.add', { to: 'a' }, { key });
    const answers = [await ask(rig.client, 'k'), await ask(stranger, 'k'), await ask(stranger, 'l')];
    expect(answers).toEqual([{ is: 1 }, { is: 2 }, { is: 3 }]);
    stranger.close();
  });

  it('is another one with other params, which is refused', async () => {
    await using rig = await start();
    await rig.client.call('work.add', { to: 'a' }, { key: 'k' });
    await expect(rig.client.call('work.add', { to: 'b' }, { key: 'k' })).rejects.toMatchObject({ type: 'conflict' });
  });

  it('is forgotten in time', async () => {
    await using rig = await startRig(createWorkshop(), { keyMs: 50 });
    await rig.client.call('work.add', { to: 'a' }, { key: 'k' });
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(await rig.client.call('work.add', { to: 'a' }, { key: 'k' })).toEqual({ is: 2 });
  });
});
