import { connect } from 'node:net';
import { once } from 'node:events';
import { expect, it } from '@jest/globals';
import { LIMITS } from '@sextant/protocol/limits';
import { holdFigure, printFigure, sized } from '../../src/figure.ts';
import { waitFor } from '../../src/wait.ts';
import { spawnWorkshop } from '../workshop-process.ts';

const PAIRS = sized(100_000, 100_000);

it('C27: requests that are cancelled at once keep their place until their work has ended', async () => {
  await using workshop = await spawnWorkshop();
  const client = await workshop.client();
  await client.call('work.figures', {});
  const socket = connect({ host: workshop.host, port: workshop.port });
  await once(socket, 'connect');
  let ended = false;
  socket.on('data', (chunk: Buffer) => (ended ||= chunk.includes('"id":"end"')));
  const started = performance.now();
  for (let id = 0; id < PAIRS; id += 1) {
    // Every second one does not listen when it is told to stop.
    const params = { ms: 50, deaf: id % 2 === 0 };
    const pair = `${JSON.stringify({ jsonrpc: '2.0', id, method: 'work.wait', params })}\n{"jsonrpc":"2.0","method":"rpc.cancel","params":{"id":${id}}}\n`;
    if (!socket.write(pair)) await once(socket, 'drain');
  }
  socket.write('{"jsonrpc":"2.0","id":"end","method":"rpc.ping"}\n');
  await waitFor('all of them to be read', () => ended, 60_000);
  const { mostLive } = await client.call('work.figures', {});
  printFigure({ figure: 'C27', what: `${PAIRS} pairs`, value: (performance.now() - started) / 1000, unit: 's' });
  holdFigure({ figure: 'C27', what: 'handlers at a time', value: mostLive, unit: '', limit: LIMITS.inFlight });
  expect(await client.ping()).toBeLessThan(5000);
  socket.destroy();
}, 120_000);
