import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ERROR_TYPES, ProtocolError } from '../src/errors.ts';

/** Rows of the table of errors: `| code | type, type (...) |`. */
function documentedErrors(): Record<string, number> {
  const text = readFileSync(new URL('../PROTOCOL.md', import.meta.url), 'utf8');
  const rows = text.matchAll(/^\| `(?<type>[a-z_0-9]+)` \| (?<code>-\d+) \| (?<retry>no|safe|unknown) \|/gm);
  return Object.fromEntries(
    [...rows].map(({ groups }) => [`${groups?.['type']} ${groups?.['retry']}`, Number(groups?.['code'])]),
  );
}

describe('ProtocolError', () => {
  it('has every type that PROTOCOL.md documents, and no other', () => {
    const types = Object.entries(ERROR_TYPES).map(([type, { code, retry }]) => [`${type} ${retry}`, code]);
    expect(documentedErrors()).toEqual(Object.fromEntries(types));
  });

  it('travels', () => {
    const error = new ProtocolError('busy', 'Come back later.', { retryAfterMs: 100 });
    const arrived = ProtocolError.fromWire(JSON.parse(JSON.stringify(error.toWire())));
    expect(arrived).toMatchObject({
      type: 'busy',
      code: -32006,
      message: 'Come back later.',
      retry: 'safe',
      data: { retryAfterMs: 100 },
    });
  });

  it('keeps a type that this build does not know', () => {
    const arrived = ProtocolError.fromWire({ code: -1, message: 'x', data: { type: 'new_kind', retry: 'no' } });
    expect(arrived.type).toBe('new_kind');
  });

  it('carries no stack', () => {
    expect(JSON.stringify(new ProtocolError('internal', 'x').toWire())).not.toContain('errors.test');
  });
});
