import { once } from 'node:events';
import { expect, it } from '@jest/globals';
import { exchange, requestLine } from '../../src/exchange.ts';
import { waitFor } from '../../src/wait.ts';
import { FAILURES } from '../workshop.ts';
import { spawnWorkshop } from '../workshop-process.ts';

/** Those that nobody waits for any more: what else they broke, nobody knows. */
const LOOSE = new Set(['unhandled', 'uncaught']);

it.each(FAILURES.filter((how) => !LOOSE.has(how)))(
  'C30: a handler that fails (%s) fails its own request, and the log says how',
  async (how) => {
    const log: string[] = [];
    await using workshop = await spawnWorkshop({ log: (line) => log.push(line) });
    const answers = await exchange(workshop, requestLine(1, 'work.fail', { how }) + requestLine(2, 'rpc.ping'));
    const failed = answers.find(({ id }) => id === 1);
    expect(failed).toMatchObject({ error: { code: -32_603, data: { type: 'internal', ref: expect.any(String) } } });
    expect(JSON.stringify(answers)).not.toContain('secret');
    expect(answers.find(({ id }) => id === 2)).toMatchObject({ result: {} });
    const { ref } = (failed as unknown as { error: { data: { ref: string } } }).error.data;
    await waitFor('the log', () => log.some((line) => line.includes(ref)));
    // It lives, and serves who comes later.
    expect(await exchange(workshop, requestLine(3, 'rpc.ping'))).toMatchObject([{ id: 3, result: {} }]);
  },
);

it.each([...LOOSE])('C30: what fails where nobody waits for it (%s) is logged, and ends the process', async (how) => {
  const log: string[] = [];
  const workshop = await spawnWorkshop({ log: (line) => log.push(line) });
  const exited = once(workshop.child, 'exit');
  await exchange(workshop, requestLine(1, 'work.fail', { how }));
  const [code] = (await exited) as [number | null];
  await workshop[Symbol.asyncDispose]();
  expect(code).toBeGreaterThan(0);
  // Its last words may be read after its exit is known.
  await waitFor('its last words', () => log.some((line) => (JSON.parse(line) as { level: number }).level === 60));
});
