import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { holdFigure, printFigure, sized } from '../../src/figure.ts';
import { temporaryFolder } from '../../src/rig.ts';
import { gather, spawnWorkshop } from '../workshop-process.ts';

const CLIENTS = sized(500, 5000);

it('C17: subscribers that were all dropped at once are all back within a minute', async () => {
  await using home = await temporaryFolder();
  const first = await spawnWorkshop({ home: home.path });
  await using crowd = await gather<{ back: number }>('return', first, { count: CLIENTS });
  expect(await crowd.tell('*')).toEqual({ back: CLIENTS });
  const overflows = await listenOverflows();
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  await first[Symbol.asyncDispose]();
  await using second = await spawnWorkshop({ home: home.path, flags: ['--port', String(first.port)] });
  const client = await second.client();
  const started = performance.now();
  expect(await crowd.tell(client.hello.instance)).toEqual({ back: CLIENTS });
  const figure = 'C17';
  const value = (performance.now() - started) / 1000;
  holdFigure({ figure, what: `${CLIENTS} subscribers back`, value, unit: 's', limit: 60 });
  const dropped = (await listenOverflows()) - overflows;
  printFigure({ figure, what: 'times the accept queue was full', value: dropped, unit: '', limit: 0 });
  // Before the service: it would wait for them.
  await crowd.kill();
}, 120_000);

/** Connections that the system dropped since it started because a listener's queue was full. */
async function listenOverflows(): Promise<number> {
  const [names = '', values = ''] = (await readFile('/proc/net/netstat', 'utf8')).split('\n');
  return Number(values.split(' ')[names.split(' ').indexOf('ListenOverflows')] ?? 0);
}
