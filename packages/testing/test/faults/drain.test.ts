import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { holdFigure, printFigure } from '../../src/figure.ts';
import { openRawSocket } from '../../src/raw-socket.ts';
import { gather, spawnWorkshop } from '../workshop-process.ts';

describe('C28: SIGTERM', () => {
  it('lets 500 busy clients have every answer that takes less than eight seconds', async () => {
    await using workshop = await spawnWorkshop();
    await using crowd = await gather<Record<string, number>>('busy', workshop, { count: 500, ms: 700 });
    await sleep(1500);
    const exited = once(workshop.child, 'exit');
    const started = performance.now();
    workshop.child.kill('SIGTERM');
    const outcomes = await crowd.report();
    const [code] = await exited;
    const took = (performance.now() - started) / 1000;
    const figure = 'C28';
    printFigure({ figure, what: 'requests answered', value: outcomes['none'] ?? 0, unit: '' });
    holdFigure({ figure, what: 'unknown outcomes', value: outcomes['unknown'] ?? 0, unit: '', limit: 0 });
    holdFigure({ figure, what: 'exit after SIGTERM', value: took, unit: 's', limit: 10 });
    expect(code).toBe(0);
    expect(Object.keys(outcomes).toSorted()).toEqual(['none', 'safe']);
  }, 60_000);

  it('gives up what takes longer, and says that it may have happened', async () => {
    await using workshop = await spawnWorkshop();
    using raw = await openRawSocket(workshop);
    raw.write('{"jsonrpc":"2.0","id":1,"method":"work.wait","params":{"ms":60000},"timeout":60000}\n');
    raw.write('{"jsonrpc":"2.0","id":2,"method":"work.wait","params":{"ms":60000,"deaf":true},"timeout":60000}\n');
    await sleep(200);
    const exited = once(workshop.child, 'exit');
    const started = performance.now();
    workshop.child.kill('SIGTERM');
    const goaway = await raw.next();
    expect(goaway).toMatchObject({ method: 'rpc.goaway', params: { reason: 'shutdown', graceMs: 8000 } });
    raw.write('{"jsonrpc":"2.0","id":3,"method":"rpc.ping"}\n');
    const refused = { error: { data: { type: expect.stringMatching(/unavailable|draining/), retry: 'safe' } } };
    expect(await raw.next()).toMatchObject({ id: 3, ...refused });
    let line = await raw.next();
    while (line && line['id'] !== 1) line = await raw.next();
    expect(line).toMatchObject({ id: 1, error: { data: { retry: 'unknown' } } });
    await exited;
    const value = (performance.now() - started) / 1000;
    holdFigure({ figure: 'C28', what: 'exit after SIGTERM with work that never ends', value, unit: 's', limit: 10 });
  }, 30_000);

  it('ends at once when it comes twice', async () => {
    await using workshop = await spawnWorkshop();
    using raw = await openRawSocket(workshop);
    raw.write('{"jsonrpc":"2.0","id":1,"method":"work.wait","params":{"ms":60000,"deaf":true}}\n');
    await sleep(200);
    const exited = once(workshop.child, 'exit');
    workshop.child.kill('SIGTERM');
    expect(await raw.next()).toMatchObject({ method: 'rpc.goaway' });
    const started = performance.now();
    workshop.child.kill('SIGTERM');
    await exited;
    const value = (performance.now() - started) / 1000;
    holdFigure({ figure: 'C28', what: 'exit after a second SIGTERM', value, unit: 's', limit: 1 });
  });
});
