import { expect, it } from '@jest/globals';
import { checkHost } from '../src/address.ts';

it.each([
  '0.0.0.0',
  '0.1.2.3',
  '::',
  '255.255.255.255',
  '224.0.0.1',
  'ff02::1',
  '',
  'a b',
  '-x',
  'a/b',
  '1.2.3.4:5',
  '::ffff:0.0.0.0',
])('refuses %j', (host) => {
  expect(() => checkHost(host)).toThrow(expect.objectContaining({ type: 'invalid_params' }));
});

it.each(['127.0.0.1', '10.1.2.3', '::1', 'fe80::1', 'localhost', 'node-1.lab.example'])('takes %j', (host) => {
  expect(() => checkHost(host)).not.toThrow();
});
