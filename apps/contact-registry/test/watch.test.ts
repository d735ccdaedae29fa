import { describe, expect, it } from '@jest/globals';
import { registryService, type WatchItem } from '@sextant/protocol/registry';
import { openRawSocket } from '@sextant/testing/raw-socket';
import { startRig, type Rig } from '@sextant/testing/rig';
import { Contacts } from '../src/contacts.ts';
import { handlers } from '../src/handlers.ts';

type Watching = { kind?: string; since?: number };

/** A registry whose contacts the test can change without asking. */
async function start() {
  const contacts = new Contacts();
  const rig = await startRig({ service: registryService, handlers: handlers(contacts) });
  return {
    contacts,
    rig,
    watch: (params: Watching = {}) => new Seen(rig.client, params),
    [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
  };
}

/** What a watcher sees, item by item. */
class Seen {
  readonly #parts;

  constructor(client: Rig<typeof registryService>['client'], params: Watching) {
    this.#parts = client.open('registry.watch', params)[Symbol.asyncIterator]();
  }

  async next(): Promise<WatchItem | undefined> {
    return ((await this.#parts.next()).value as { item?: WatchItem } | undefined)?.item;
  }
}

const somebody = (name: string, kind = 'x') => ({ kind, name, host: '127.0.0.1', port: 1, ttlMs: 60_000 });

/** As many changes as it takes for the first to be forgotten. */
function churn(contacts: Contacts): void {
  for (let time = 0; time < 10_001; time += 1) contacts.remove(contacts.add(somebody('churn')).lease);
}

describe('registry.watch', () => {
  it('begins with who is there, goes on with who comes and goes', async () => {
    await using registry = await start();
    const seen = registry.watch();
    expect(await seen.next()).toEqual({ type: 'snapshot', rev: 0, seq: 0, part: 1, contacts: [], more: false });
    const { contact, lease } = registry.contacts.add(somebody('ann'));
    expect(await seen.next()).toEqual({ type: 'registered', rev: 1, seq: 1, contact });
    registry.contacts.remove(lease);
    const removed = { type: 'removed', rev: 2, seq: 2, name: 'ann', kind: 'x', generation: 1 };
    expect(await seen.next()).toEqual(removed);
    registry.contacts.add(somebody('bob'));
    const later = registry.watch();
    expect(await later.next()).toMatchObject({ type: 'snapshot', rev: 3, seq: 3, contacts: [{ name: 'bob' }] });
  });

  it('tells who watches a kind of nobody else', async () => {
    await using registry = await start();
    registry.contacts.add(somebody('ann'));
    const seen = registry.watch({ kind: 'y' });
    expect(await seen.next()).toMatchObject({ rev: 1, seq: 1, contacts: [] });
    const { lease } = registry.contacts.add(somebody('bob'));
    registry.contacts.add(somebody('cid', 'y'));
    registry.contacts.remove(lease);
    registry.contacts.add(somebody('dan', 'y'));
    expect(await seen.next()).toMatchObject({ seq: 3, contact: { name: 'cid' } });
    expect(await seen.next()).toMatchObject({ seq: 5, contact: { name: 'dan' } });
  });

  it('goes on after a revision', async () => {
    await using registry = await start();
    for (const name of ['ann', 'bob', 'cid']) registry.contacts.add(somebody(name));
    const seen = registry.watch({ since: 1 });
    expect(await seen.next()).toMatchObject({ type: 'registered', seq: 2, contact: { name: 'bob' } });
    expect(await seen.next()).toMatchObject({ type: 'registered', seq: 3, contact: { name: 'cid' } });
  });

  it('begins anew after a revision of another life of the registry', async () => {
    await using registry = await start();
    registry.contacts.add(somebody('ann'));
    expect(await registry.watch({ since: 7 }).next()).toMatchObject({ type: 'snapshot', seq: 1, part: 1 });
  });

  it('says what is gone, and who is there now', async () => {
    await using registry = await start();
    registry.contacts.add(somebody('ann'));
    churn(registry.contacts);
    const { rev } = registry.contacts.changes;
    const seen = registry.watch({ since: 1 });
    expect(await seen.next()).toEqual({ gap: { from: 2, to: rev - 1 } });
    expect(await seen.next()).toMatchObject({ type: 'snapshot', seq: rev, contacts: [{ name: 'ann' }] });
  });

  it('tells more than fits a line in parts, of which only the last can be gone on after', async () => {
    await using registry = await start();
    for (let at = 0; at < 2000; at += 1) registry.contacts.add(somebody(`n${at}`));
    const seen = registry.watch();
    const names = new Set<string>();
    for (let part = 1; ; part += 1) {
      const item = await seen.next();
      if (!item || !('type' in item) || item.type !== 'snapshot') throw new Error('no snapshot');
      expect(item).toMatchObject({ part, rev: 2000 });
      expect(item.seq).toBe(item.more ? undefined : 2000);
      for (const { name } of item.contacts) names.add(name);
      if (!item.more) break;
    }
    expect(names.size).toBe(2000);
  });

  it('tells one who did not read for long what has become of everybody', async () => {
    await using registry = await start();
    const { contacts } = registry;
    using socket = await openRawSocket(registry.rig.running);
    socket.write('{"jsonrpc":"2.0","id":1,"method":"registry.watch","credit":1}\n');
    expect(await socket.next()).toMatchObject({ params: { item: { type: 'snapshot' } } });
    contacts.add(somebody('ann'));
    churn(contacts);
    socket.write('{"jsonrpc":"2.0","method":"rpc.credit","params":{"id":1,"n":10}}\n');
    expect(await socket.next()).toMatchObject({ params: { item: { gap: { from: 1 } } } });
    expect(await socket.next()).toMatchObject({ params: { item: { contacts: [{ name: 'ann' }] } } });
  });
});
