import { expect, it } from '@jest/globals';
import { fit, type Narrowing } from '../src/fit.ts';

const LIST = [
  ['name', 'id', 'image', 'state'],
  ['a-container-with-a-long-name', '0123456789ab', 'registry.example.com:5000/team/image:2026', 'running'],
];
const NARROWING: Narrowing = { spare: ['id', 'state'], cut: { name: 'end', image: 'start' } };

it.each([
  [200, NARROWING, LIST[1]],
  [80, NARROWING, ['a-container-with-a-long-na…', '0123456789ab', '…le.com:5000/team/image:2026', 'running']],
  [40, NARROWING, ['a-container-with-a…', '…00/team/image:2026']],
  [20, NARROWING, ['a-contai…', '…age:2026']],
  [40, {}, ['a-contai…', '01234567…', 'registry…', 'running']],
  [1, {}, ['…', '…', '…', '…']],
])('in %i columns, with %j, a row is %j', (room, narrowing, expected) => {
  expect(fit(LIST, room, narrowing)[1]).toEqual(expected);
});
