import { describe, expect, it } from '@jest/globals';
import { array, assert, asyncProperty, constantFrom, jsonValue, letrec, oneof, tuple } from 'fast-check';
import { exchange, requestLine } from '../../src/exchange.ts';
import { printFigure, sized } from '../../src/figure.ts';
import { seedOfRun } from '../../src/random.ts';
import { spawnWorkshop } from '../workshop-process.ts';

/** JSON as it is written: an object would lose `__proto__`. */
const NAMES = constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'a');
const { json } = letrec<{ json: string }>((tie) => ({
  json: oneof(
    { depthSize: 'small', maxDepth: 5 },
    jsonValue({ maxDepth: 1 }).map((value) => JSON.stringify(value)),
    array(tie('json'), { maxLength: 3 }).map((items) => `[${items.join()}]`),
    array(tuple(NAMES, tie('json')), { maxLength: 4 }).map(
      (members) => `{${members.map(([name, value]) => `"${name}":${value}`).join()}}`,
    ),
  ),
}));
const MEMBERS = constantFrom('params', 'id', 'method', 'timeout', '__proto__', 'constructor');
const PAYLOADS = array(tuple(MEMBERS, json), { minLength: 90, maxLength: 90 });

describe('C11: names that are not only names', () => {
  it.each([[[]], [['--disable-proto=throw']]])(
    'are inert in every payload, under node %j',
    async (nodeFlags) => {
      await using workshop = await spawnWorkshop({ nodeFlags });
      const client = await workshop.client();
      const seed = seedOfRun();
      const batches = sized(60, 600);
      await assert(
        asyncProperty(PAYLOADS, async (payloads) => {
          const lines = payloads.map(([member, value]) => wrap(member, value)).join('');
          const answers = await exchange(workshop, lines + requestLine('end', 'rpc.ping'));
          expect(answers.at(-1)).toMatchObject({ id: 'end', result: {} });
        }),
        { seed, numRuns: batches },
      );
      expect(await client.call('work.figures', {})).toMatchObject({ pristine: true });
      const what = `payloads that changed what objects inherit, of ${batches * 90}`;
      printFigure({ figure: 'C11', what, value: 0, unit: '', limit: 0 });
    },
    120_000,
  );

  function wrap(member: string, json: string): string {
    const members = ['"jsonrpc":"2.0"', '"id":1', '"method":"work.echo"'].filter(
      (text) => !text.startsWith(`"${member}"`),
    );
    return `{${[...members, `"${member}":${json}`].join()}}\n`;
  }
});
