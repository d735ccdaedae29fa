import { describe, expect, it } from '@jest/globals';
import { start } from '../rig.ts';

type Verb = 'calc.add' | 'calc.sub' | 'calc.mult' | 'calc.div';

describe('calc', () => {
  it.each<[Verb, (number | string)[], number | string]>([
    ['calc.add', [0.1, 0.2], 0.3],
    ['calc.add', [1], 1],
    ['calc.add', ['9007199254740993', '0'], '9007199254740993'],
    ['calc.add', ['9007199254740992'], '9007199254740992'],
    ['calc.add', ['9007199254740991'], 9007199254740991],
    ['calc.add', ['+1e3', '-.5', '2.'], 1001.5],
    ['calc.add', ['1e-400'], '1e-400'],
    ['calc.add', [-0], 0],
    ['calc.add', Array.from({ length: 1000 }, () => 0.001), 1],
    [
      'calc.add',
      ['123456789012345678901234567890', '0.000000000000000000000000000001'],
      '123456789012345678901234567890.000000000000000000000000000001',
    ],
    ['calc.sub', [10, 3, 2.5], 4.5],
    ['calc.sub', [10], 10],
    ['calc.sub', ['1e30', '1'], '999999999999999999999999999999'],
    ['calc.mult', [1.1, 1.1], 1.21],
    ['calc.mult', [7], 7],
    ['calc.mult', ['1e200', '1e200'], '1e+400'],
    ['calc.mult', [99999999, 99999999], '9999999800000001'],
    ['calc.div', [1, 8], 0.125],
    ['calc.div', [2, 3], `0.${'6'.repeat(39)}7`],
    ['calc.div', [10, 2, 5], 1],
    ['calc.div', [1, 3, 3], `0.${'1'.repeat(40)}`],
    ['calc.div', [0, 5], 0],
    ['calc.div', [-7], -7],
  ])('%s %j', async (method, numbers, result) => {
    await using rig = await start();
    expect(await rig.client.call(method, { numbers })).toEqual({ result });
  });

  it.each<[Verb, (number | string)[], string]>([
    ['calc.div', [1, 0], 'Division by zero'],
    ['calc.div', [1, 5, '-0.0'], 'Division by zero'],
    ['calc.add', [2 ** 53 + 2, 1], 'as text'],
    ['calc.add', [1, -1e300], 'as text'],
    ['calc.add', ['1e999', '1e-999'], 'at most 1000 digits'],
    ['calc.mult', ['1e999', '10'], 'at most 1000 digits'],
    ['calc.mult', Array.from({ length: 60 }, () => '7'.repeat(900)), 'at most 1000 digits'],
    ['calc.add', ['1e99999999'], 'at most 1000 digits'],
    ['calc.add', [`1e-${'9'.repeat(900)}`], 'at most 1000 digits'],
    ['calc.add', ['7'.repeat(1001)], 'numbers.0: has more than 1000 characters'],
    ['calc.add', ['0x10'], 'is not a number'],
    ['calc.add', [''], 'is not a number'],
    ['calc.add', ['NaN'], 'numbers.0: is not a number, such as'],
    ['calc.mult', [1, 'abc'], 'numbers.1: is not a number, such as'],
    ['calc.sub', ['Infinity'], 'is not a number, such as'],
    ['calc.add', ['1,5'], 'is not a number, such as'],
    ['calc.add', [null as never], 'is not a number, such as'],
    ['calc.add', [[1] as never], 'is not a number, such as'],
    ['calc.add', [], 'numbers: must have one number at least'],
    ['calc.add', Array.from({ length: 1001 }, () => 1), 'numbers: must have 1000 numbers at most'],
    ['calc.add', 'abc' as never, 'numbers: must be a list of numbers, such as [1, 2.5]'],
    ['calc.add', undefined as never, 'numbers: must be a list of numbers, such as [1, 2.5]'],
    ['calc.div', ['7'.repeat(30), '0e5'], 'Division by zero'],
  ])('%s %j is refused', async (method, numbers, why) => {
    await using rig = await start();
    await expect(rig.client.call(method, { numbers })).rejects.toMatchObject({
      type: 'invalid_params',
      message: expect.stringContaining(why),
      data: { issues: [{ path: expect.stringMatching(/^numbers/) }] },
    });
  });

  it.each<[Verb, string[]]>([
    ['calc.add', Array.from({ length: 60 }, () => '7'.repeat(995))],
    ['calc.mult', ['7'.repeat(500), '7'.repeat(499), ...Array.from({ length: 900 }, () => '1')]],
    ['calc.div', [`${'7'.repeat(990)}e9`, `${'3'.repeat(990)}e-999`]],
    ['calc.div', ['1e999', '7'.repeat(990)]],
  ])('%s of the largest numbers is quick', async (method, numbers) => {
    await using rig = await start();
    const begin = performance.now();
    await rig.client.call(method, { numbers }).catch(() => {});
    expect(performance.now() - begin).toBeLessThan(250);
  });
});
