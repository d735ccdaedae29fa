import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { exchange, requestLine } from '../../src/exchange.ts';
import { gather, spawnWorkshop } from '../workshop-process.ts';

const READERS = 20;
const COUNT = '{"jsonrpc":"2.0","id":1,"method":"work.count","params":{"to":100000000,"padding":50000}}\n';

it('readers that die in the middle of a fast stream cost those who stay nothing', async () => {
  await using workshop = await spawnWorkshop({});
  for (let round = 0; round < 4; round += 1) {
    await using readers = await gather('hold', workshop, { count: READERS, says: COUNT, reads: true });
    await sleep(500);
    await readers.kill();
    const [answer] = await exchange(workshop, requestLine(1, 'rpc.ping'), 5000);
    expect(answer).toMatchObject({ result: {} });
  }
}, 60_000);
