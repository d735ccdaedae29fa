import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readId, readMessage, requestSchema } from '../src/envelope.ts';
import { ProtocolError } from '../src/errors.ts';

describe('readMessage', () => {
  it.each([
    ['a request', { jsonrpc: '2.0', id: 1, method: 'x.y', params: {} }, 'request'],
    ['a request without params', { jsonrpc: '2.0', id: 'a', method: 'x.y' }, 'request'],
    ['a notification', { jsonrpc: '2.0', method: 'x.y' }, 'notification'],
    ['a result', { jsonrpc: '2.0', id: 1, result: {} }, 'response'],
    ['an error', { jsonrpc: '2.0', id: null, error: { code: -1, message: 'x' } }, 'response'],
    ['more members than it knows', { jsonrpc: '2.0', id: 1, method: 'x.y', extra: true }, 'request'],
  ])('tells %s', (_what, message, kind) => {
    expect(readMessage(message).kind).toBe(kind);
  });

  it.each([
    ['no version', { id: 1, method: 'x' }],
    ['another version', { jsonrpc: '1.0', id: 1, method: 'x' }],
    ['a null id', { jsonrpc: '2.0', id: null, method: 'x' }],
    ['a negative id', { jsonrpc: '2.0', id: -1, method: 'x' }],
    ['a fraction as id', { jsonrpc: '2.0', id: 1.5, method: 'x' }],
    ['an id beyond counting', { jsonrpc: '2.0', id: 2 ** 53, method: 'x' }],
    ['an empty id', { jsonrpc: '2.0', id: '', method: 'x' }],
    ['a long id', { jsonrpc: '2.0', id: 'x'.repeat(65), method: 'x' }],
    ['positional params', { jsonrpc: '2.0', id: 1, method: 'x', params: [1] }],
    ['params that are text', { jsonrpc: '2.0', id: 1, method: 'x', params: 'a' }],
    ['a method that is a number', { jsonrpc: '2.0', id: 1, method: 1 }],
    ['a timeout of nothing', { jsonrpc: '2.0', id: 1, method: 'x', timeout: 0 }],
    ['a timeout longer than a timer', { jsonrpc: '2.0', id: 1, method: 'x', timeout: 2 ** 31 }],
    ['neither method nor result', { jsonrpc: '2.0', id: 1 }],
  ])('refuses %s', (_what, message) => {
    expect(() => readMessage(message)).toThrow(ProtocolError);
    expect(() => readMessage({ params: {}, ...message })).toThrow(ProtocolError);
  });
});

it('says of a request by hand what its schema says', () => {
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.constant(2 ** 53),
    fc.constant(-0),
    fc.string({ minLength: 60, maxLength: 70 }),
  );
  const message = fc.record(
    {
      jsonrpc: fc.constantFrom('2.0', '2.0', '2.0', '1.0', 2),
      id: fc.oneof(fc.nat(), fc.string({ maxLength: 70 }), odd),
      method: fc.oneof(fc.constant('a.b'), fc.string({ maxLength: 70 }), odd),
      params: fc.oneof(fc.object(), odd),
      timeout: fc.oneof(fc.nat(), odd),
      key: odd,
      credit: odd,
    },
    { requiredKeys: ['id', 'method'] },
  );
  fc.assert(
    fc.property(message, (value) => {
      const said = requestSchema.safeParse(value);
      if (!said.success) return expect(() => readMessage(value)).toThrow(ProtocolError);
      const read = readMessage(value);
      expect(read).toMatchObject({ kind: 'request', request: said.data });
    }),
    { numRuns: 3000 },
  );
});

describe('readId', () => {
  it('finds a usable id, or none', () => {
    expect(readId({ id: 'a' })).toBe('a');
    expect(readId({ id: {} })).toBeNull();
    expect(readId({})).toBeNull();
  });
});
