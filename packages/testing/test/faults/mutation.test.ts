import { expect, it } from '@jest/globals';
import { exchange } from '../../src/exchange.ts';
import { holdFigure, printFigure, sized } from '../../src/figure.ts';
import { backAtBase, footprint } from '../../src/leaks.ts';
import { mutate, type Parts } from '../../src/mutator.ts';
import { seeded } from '../../src/random.ts';
import { spawnWorkshop } from '../workshop-process.ts';

const FRAMES = sized(200_000, 1_000_000);
const AT_ONCE = 16;
/** Most of what is mutated loses the position, and what follows it is not read: few to a connection. */
const EACH = 8;

const rpc = { jsonrpc: '2.0' };
/** One of each kind; none that could go on for long, however it is changed. */
const VALID: readonly Parts[] = [
  { message: { ...rpc, id: 1, method: 'rpc.hello', params: { protocol: 1, client: 'mutant/1', heartbeat: 1000 } } },
  { message: { ...rpc, id: 2, method: 'rpc.ping' } },
  { message: { ...rpc, id: 'three', method: 'work.echo', params: { text: 'ü😀' }, timeout: 100, key: 'k' } },
  { message: { ...rpc, id: 4, method: 'work.echo', params: { text: 'x' } }, body: Buffer.from('{"a":1}\n') },
  { message: { ...rpc, id: 5, method: 'work.cat', params: {}, credit: 10 } },
  { message: { ...rpc, method: 'rpc.data', params: { id: 5, channel: 'in' } }, body: Buffer.from('bytes\0\n') },
  { message: { ...rpc, method: 'rpc.data', params: { id: 5, channel: 'in', end: true } } },
  { message: { ...rpc, method: 'rpc.credit', params: { id: 5, n: 10 } } },
  { message: { ...rpc, method: 'rpc.cancel', params: { id: 5 } } },
  { message: { ...rpc, id: 6, result: {} } },
  { message: { ...rpc, id: 7, error: { code: -32_603, message: 'x', data: { type: 'internal', retry: 'no' } } } },
];

it('C13: frames that are almost right end nothing but their own connection, and leave nothing behind', async () => {
  await using workshop = await spawnWorkshop({ log: () => {} });
  const client = await workshop.client();
  await seeded(async (random) => {
    const round = async (): Promise<void> => {
      // An empty line, which is ignored: the first byte says that this is no HTTP and no TLS.
      const bytes = Buffer.concat([Buffer.from('\n'), ...Array.from({ length: EACH }, () => mutate(VALID, random))]);
      await exchange(workshop, bytes);
    };
    const rounds = async (frames: number): Promise<void> => {
      for (let sent = 0; sent < frames; sent += EACH * AT_ONCE)
        await Promise.all(Array.from({ length: AT_ONCE }, round));
    };
    await rounds(10_000);
    const base = await footprint(workshop.pid);
    const { heapMiB } = await client.call('work.figures', {});
    const started = performance.now();
    await rounds(FRAMES);
    printFigure({
      figure: 'C13',
      what: `${FRAMES} mutated frames`,
      value: (performance.now() - started) / 1000,
      unit: 's',
    });
    await backAtBase(workshop.pid, base, 10_000);
    const after = await client.call('work.figures', {});
    const value = after.heapMiB - heapMiB;
    holdFigure({ figure: 'C13', what: 'heap after them', value, unit: 'MiB', limit: 16 });
    expect(after).toMatchObject({ pristine: true, live: 0 });
  });
}, 300_000);
