import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { startRig } from '@sextant/testing/rig';
import { waitFor } from '@sextant/testing/wait';
import { create } from '../src/create.ts';

const start = async () => startRig(await create());
const names = ({ items }: { items: { name: string }[] }) => items.map(({ name }) => name);

describe('registry.register', () => {
  it('gives a free name, the observed address and the others', async () => {
    await using rig = await start();
    const first = await rig.client.call('registry.register', { kind: 'peer-node', port: 4001 });
    expect(first).toMatchObject({
      name: 'peer-node-1',
      observedHost: '127.0.0.1',
      generation: 1,
      ttlMs: 30_000,
      contacts: [],
    });
    const second = await (
      await rig.connect()
    ).call('registry.register', { kind: 'peer-node', port: 4002, name: 'bob', meta: { zone: 'a' } });
    expect(second).toMatchObject({ name: 'bob', contacts: [{ name: 'peer-node-1', host: '127.0.0.1', port: 4001 }] });
    expect(second.rev).toBeGreaterThan(first.rev);
  });

  it('takes no lease that only begins like one', async () => {
    await using rig = await start();
    const { lease } = await rig.client.call('registry.register', { kind: 'peer-node', port: 4001, name: 'ann' });
    const guesses = [lease.replace(/.$/, (last) => (last === '0' ? '1' : '0')), lease.replace(/\..*/, ''), `${lease}0`];
    for (const guess of guesses) {
      await expect(rig.client.call('registry.deregister', { lease: guess })).rejects.toMatchObject({
        type: 'lease_lost',
      });
    }
    expect(await rig.client.call('registry.lookup', { name: 'ann' })).toMatchObject({ name: 'ann' });
  });

  it('refuses a name that is held, and gives it again with a new generation', async () => {
    await using rig = await start();
    const one = await rig.client.call('registry.register', { kind: 'x', port: 1, name: 'ann' });
    await expect(rig.client.call('registry.register', { kind: 'x', port: 2, name: 'ann' })).rejects.toMatchObject({
      type: 'exists',
    });
    await rig.client.call('registry.deregister', { lease: one.lease });
    const two = await rig.client.call('registry.register', { kind: 'x', port: 2, name: 'ann' });
    expect(two.generation).toBe(2);
    await expect(rig.client.call('registry.renew', { lease: one.lease })).rejects.toMatchObject({ type: 'lease_lost' });
  });

  it('refuses an address that nobody can dial', async () => {
    await using rig = await start();
    await expect(rig.client.call('registry.register', { kind: 'x', port: 1, host: '0.0.0.0' })).rejects.toMatchObject({
      type: 'invalid_params',
    });
  });

  it('refuses more to tell than others could list', async () => {
    await using rig = await start();
    const meta = Object.fromEntries(Array.from({ length: 17 }, (_, at) => [`key${at}`, 'x']));
    await expect(rig.client.call('registry.register', { kind: 'x', port: 1, meta })).rejects.toMatchObject({
      type: 'invalid_params',
      message: 'meta may have 16 members; this one has 17.',
    });
  });

  it('lasts as long as the connection, unless detached', async () => {
    await using rig = await start();
    const other = await rig.connect();
    await other.call('registry.register', { kind: 'x', port: 1, name: 'here' });
    await other.call('registry.register', { kind: 'x', port: 2, name: 'stays', detached: true });
    expect(names(await rig.client.call('registry.list', {}))).toEqual(['here', 'stays']);
    other.close();
    await waitFor(
      'the contact to go',
      async () => names(await rig.client.call('registry.list', {})).length === 1,
      1000,
    );
    expect(names(await rig.client.call('registry.list', {}))).toEqual(['stays']);
  });

  it('lasts as long as it is renewed', async () => {
    await using rig = await start();
    const { lease } = await rig.client.call('registry.register', { kind: 'x', port: 1, name: 'kept', ttlMs: 1000 });
    await rig.client.call('registry.register', { kind: 'x', port: 1, name: 'silent', ttlMs: 1000 });
    for (let renewals = 0; renewals < 5; renewals += 1) {
      await sleep(400);
      await rig.client.call('registry.renew', { lease });
    }
    expect(names(await rig.client.call('registry.list', {}))).toEqual(['kept']);
  });
});

describe('registry.list', () => {
  it('finds by kind, prefix and meta, page by page', async () => {
    await using rig = await start();
    for (const [name, kind, zone] of [
      ['a1', 'x', 'n'],
      ['a2', 'y', 'n'],
      ['b1', 'x', 's'],
    ] as const) {
      await rig.client.call('registry.register', { kind, port: 1, name, meta: { zone } });
    }
    expect(names(await rig.client.call('registry.list', { kind: 'x' }))).toEqual(['a1', 'b1']);
    expect(names(await rig.client.call('registry.list', { prefix: 'a' }))).toEqual(['a1', 'a2']);
    expect(names(await rig.client.call('registry.list', { meta: { zone: 'n' } }))).toEqual(['a1', 'a2']);
    const page = await rig.client.call('registry.list', { limit: 2 });
    expect(page.next).toBe('a2');
    expect(names(await rig.client.call('registry.list', { limit: 2, next: page.next }))).toEqual(['b1']);
  });

  it('fits every page in a line', async () => {
    await using rig = await start();
    const registrations = Array.from({ length: 1000 }, (_, at) =>
      rig.client.call('registry.register', { kind: 'x', port: 1, name: `n${at}`, meta: { note: 'x'.repeat(200) } }),
    );
    const outcomes = await Promise.allSettled(registrations);
    const done = outcomes.filter(({ status }) => status === 'fulfilled').length;
    const seen = new Set<string>();
    for (let next: string | undefined; ;) {
      const page = await rig.client.call('registry.list', { next });
      for (const { name } of page.items) seen.add(name);
      if (!page.next) break;
      next = page.next;
    }
    expect(seen.size).toBe(done);
    expect(done).toBe(1000);
  });
});

describe('registry.lookup', () => {
  it('says where a name is, or which come near', async () => {
    await using rig = await start();
    await rig.client.call('registry.register', { kind: 'x', port: 7, name: 'printer' });
    expect(await rig.client.call('registry.lookup', { name: 'printer' })).toMatchObject({ port: 7 });
    await expect(rig.client.call('registry.lookup', { name: 'pinter' })).rejects.toMatchObject({
      type: 'not_found',
      data: { suggestions: ['printer'] },
    });
  });
});
