import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { Contacts } from '../src/contacts.ts';
import { Expiry } from '../src/expiry.ts';

it('expires nobody for a pause of the registry itself', async () => {
  const contacts = new Contacts();
  const expiry = new Expiry(contacts);
  const { lease } = contacts.add({ kind: 'x', host: '127.0.0.1', port: 1, ttlMs: 1200 });
  const wake = performance.now() + 1600;
  while (performance.now() < wake); // The event loop stands still, as under SIGSTOP.
  await sleep(20);
  expect(contacts.has(lease)).toBe(true);
  await sleep(2200);
  expect(contacts.has(lease)).toBe(false);
  expiry.stop();
});
