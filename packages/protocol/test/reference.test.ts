import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { REFERENCE, writeReference } from '../reference.ts';
import { SERVICES } from '../src/services.ts';
import { sessionMethods, sessionNotifications } from '../src/session.ts';

it('METHODS.md says what the methods are now', () => {
  if (readFileSync(REFERENCE, 'utf8') === writeReference()) return;
  throw new Error('METHODS.md is not what the methods are now. Write it anew: pnpm fix');
});

it('names every method and notification', () => {
  const names = [...SERVICES.map(({ methods }) => methods), sessionMethods, sessionNotifications].flatMap(Object.keys);
  const missing = names.filter((name) => !writeReference().includes(name));
  expect(missing).toEqual([]);
});
