import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import type { ContainerItem } from '@sextant/protocol/container-schemas';
import { createLog } from '@sextant/service/observe/log';
import { temporaryFolder } from '@sextant/testing/rig';
import { waitFor } from '@sextant/testing/wait';
import { Endings } from '../../src/container/endings.ts';
import { engineAddress } from '../../src/engine/address.ts';
import { Engine } from '../../src/engine/engine.ts';
import { Lifetimes } from '../../src/life/lifetimes.ts';
import { ServerId } from '../../src/life/server-id.ts';
import { rigAt } from '../app.ts';
import { labelled } from '../labelled.ts';
import { describeWithEngine, docker, ENGINE, OBEDIENT } from '../real-engine.ts';
import { serveSocket, socketPath, toEngine } from '../socket.ts';

const STATE = '{{.ID}} {{.State}}';
const MANAGED = ['--label', 'sextant.managed=true'];

describeWithEngine('ttlMs', () => {
  it('ends a container at that time, and says so', async () => {
    await using folder = await temporaryFolder();
    await using mine = labelled();
    await using rig = await rigAt(ENGINE, {}, folder.path);
    const events = rig.client.open('container.events', {});
    const seen: ContainerItem[] = [];
    const reading = (async () => {
      for await (const { item } of events) if (item) seen.push(item);
    })();
    await waitFor('a snapshot', () => seen.length > 0);
    const began = Date.now();
    const params = { ...mine.params, start: true, command: OBEDIENT, ttlMs: 1500 };
    const { id } = await rig.client.call('container.create', params);
    const lasting = await rig.client.call('container.create', { ...mine.params, ttlMs: 2_592_000_000 });
    const { expiresAt = '' } = await rig.client.call('container.inspect', { target: id });
    const { items } = await rig.client.call('container.list', {});
    expect(items.find((item) => item.id === id)).toMatchObject({ expiresAt });
    expect(Date.parse(expiresAt) - began).toBeGreaterThanOrEqual(1500);
    expect(Date.parse(expiresAt) - began).toBeLessThan(3000);
    await waitFor('it is gone', async () => (await mine.ids()).join() === lasting.id);
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(expiresAt));
    expect(Date.now() - Date.parse(expiresAt)).toBeLessThan(3000);
    const mineSeen = await waitFor('its removal is told', () => {
      const found = seen.filter((item) => 'id' in item && item.id === id);
      return found.some((item) => 'type' in item && item.type === 'removed') && found;
    });
    expect(mineSeen).toMatchObject([
      { type: 'created' },
      { type: 'started' },
      { type: 'stopped', exitCode: 0, reason: 'ttl' },
      { type: 'removed', reason: 'ttl' },
    ]);
    events.cancel();
    await events.result.catch(() => {});
    await reading.catch(() => {});
  });

  it.each([999, 2_592_000_001, 1.5, -1])('cannot be %d', async (ttlMs) => {
    await using rig = await rigAt(ENGINE);
    await expect(rig.client.call('container.create', { image: 'x', ttlMs })).rejects.toMatchObject({
      type: 'invalid_params',
    });
  });

  it('is kept by an engine that is away at that time, as soon as it is back', async () => {
    await using at = await socketPath();
    await using folder = await temporaryFolder();
    await using mine = labelled();
    await using rig = await rigAt(at.url, { engineTimeoutMs: 1000 }, folder.path);
    {
      await using engine = new AsyncDisposableStack();
      engine.use(await serveSocket(at, toEngine));
      await rig.client.call('container.create', { ...mine.params, ttlMs: 1000 });
    }
    await sleep(2500);
    await using engine = new AsyncDisposableStack();
    engine.use(await serveSocket(at, toEngine));
    await waitFor('it is gone', async () => (await mine.ids()).length === 0, 6000);
  });

  it('is nothing to speak of where somebody else was faster, and touches nobody else', async () => {
    await using folder = await temporaryFolder();
    await using mine = labelled();
    const said: string[] = [];
    const log = Object.assign(createLog('test', 'fatal'), { warn: (_: object, text: string) => void said.push(text) });
    const engine = new Engine(engineAddress(undefined, process.env), { engineTimeoutMs: 5000, pullStallMs: 5000 });
    const server = new ServerId(folder.path);
    const lifetimes = new Lifetimes(engine, new Endings(), server, log);
    await lifetimes.marks({ leash: true });
    const past = '2020-01-01T00:00:00.000Z';
    const [image] = [mine.params.image];
    const make = (...flags: string[]): Promise<string> =>
      docker('create', ...mine.flags, '--label', `sextant.key=${randomUUID()}`, ...flags, image);
    const foreign = await make('--label', `sextant.expires=${past}`, '--label', `sextant.leash=${server.known}`);
    const another = await make(...MANAGED, '--label', `sextant.leash=${randomUUID()}`);
    const later = await make(...MANAGED, '--label', 'sextant.expires=2999-01-01T00:00:00.000Z');
    const odd = await make(...MANAGED, '--label', 'sextant.expires=soon');
    const due = await make(...MANAGED, '--label', `sextant.expires=${past}`);
    const gone = await make(...MANAGED, '--label', `sextant.expires=${past}`);
    lifetimes.follow({ 'sextant.expires': past });
    await docker('rm', gone).catch(() => {});
    await waitFor('what is due is gone', async () => (await mine.ids()).every((id) => id !== due && id !== gone));
    expect((await mine.ids()).sort()).toEqual([foreign, another, later, odd].sort());
    await lifetimes.close();
    expect(said).toEqual([]);
  });

  it('is nothing that others get with an image made from a container that had it', async () => {
    await using folder = await temporaryFolder();
    await using mine = labelled();
    await using rig = await rigAt(ENGINE, {}, folder.path);
    const first = await rig.client.call('container.create', { ...mine.params, ttlMs: 1500 });
    const image = await docker('commit', first.id);
    try {
      const foreign = await docker('create', image);
      await waitFor('the first is gone', async () => !(await mine.ids()).includes(first.id));
      const second = await rig.client.call('container.create', { ...mine.params, ttlMs: 1000 });
      await waitFor('the second is gone', async () => !(await mine.ids()).includes(second.id));
      expect(await mine.ids()).toEqual([foreign]);
      const lasting = await rig.client.call('container.create', { image, start: false });
      const third = await rig.client.call('container.create', { ...mine.params, ttlMs: 1000 });
      await waitFor('the third is gone', async () => !(await mine.ids()).includes(third.id));
      expect((await mine.ids()).sort()).toEqual([foreign, lasting.id].sort());
    } finally {
      await docker('rm', '--force', ...(await mine.ids()));
      await docker('rmi', image);
    }
  });
});

describeWithEngine('leash', () => {
  it('ends a container with the connection that created it, and no other', async () => {
    await using folder = await temporaryFolder();
    await using mine = labelled();
    await using rig = await rigAt(ENGINE, {}, folder.path);
    const other = await rig.connect();
    const leashed = { ...mine.params, leash: true };
    const running = await other.call('container.create', { ...leashed, start: true, command: OBEDIENT });
    const created = await other.call('container.create', leashed);
    const mineStays = await rig.client.call('container.create', leashed);
    const free = await other.call('container.create', mine.params);
    await sleep(300);
    expect((await mine.ids()).sort()).toEqual([running.id, created.id, mineStays.id, free.id].sort());
    other.close();
    await waitFor('both are gone', async () => (await mine.ids()).length === 2);
    expect((await mine.ids()).sort()).toEqual([mineStays.id, free.id].sort());
  });

  it('ends with it also what is made at that moment', async () => {
    await using folder = await temporaryFolder();
    await using mine = labelled();
    await using rig = await rigAt(ENGINE, {}, folder.path);
    const made: Promise<unknown>[] = [];
    for (let at = 0; at < 12; at += 1) {
      const client = await rig.connect();
      made.push(client.call('container.create', { ...mine.params, leash: true }).catch(() => {}));
      setTimeout(() => client.close(), at * 2);
    }
    await Promise.all(made);
    await waitFor('all are gone', async () => (await mine.ids()).length === 0);
    await sleep(300);
    expect(await mine.ids()).toEqual([]);
  });

  it('makes another for the same key on the next connection', async () => {
    await using folder = await temporaryFolder();
    await using mine = labelled();
    await using rig = await rigAt(ENGINE, {}, folder.path);
    const key = randomUUID();
    const params = { ...mine.params, leash: true };
    const first = await rig.connect();
    const { id } = await first.call('container.create', params, { key });
    expect(await first.call('container.create', params, { key })).toMatchObject({ id });
    first.close();
    await first.closed;
    await waitFor('it is gone', async () => (await mine.ids()).length === 0);
    const next = await rig.client.call('container.create', params, { key });
    expect(next.id).not.toBe(id);
    await sleep(300);
    expect(await mine.ids()).toEqual([next.id]);
  });

  it('is no use to a posted request', async () => {
    await using rig = await rigAt(ENGINE);
    const answer = await fetch(`http://127.0.0.1:${rig.running.port}/rpc`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${rig.token}` },
      body: '{"jsonrpc":"2.0","id":1,"method":"container.create","params":{"image":"x","leash":true}}',
    });
    expect(await answer.json()).toMatchObject({
      error: { message: expect.stringContaining('or ttlMs'), data: { type: 'unsupported' } },
    });
  });

  it('ends with the service, in time, also what does not listen', async () => {
    await using folder = await temporaryFolder();
    await using mine = labelled();
    let began = 0;
    {
      await using rig = await rigAt(ENGINE, {}, folder.path);
      await rig.client.call('container.create', { ...mine.params, start: true, leash: true, ttlMs: 100_000 });
      await rig.client.call('container.create', { ...mine.params, leash: true });
      expect(await mine.list(STATE)).toHaveLength(2);
      began = performance.now();
    }
    expect(performance.now() - began).toBeLessThan(2500);
    // What was left for want of time ends at the next start.
    await using rig = await rigAt(ENGINE, {}, folder.path);
    await waitFor('all are gone', async () => (await mine.ids()).length === 0, 20_000);
    expect(await rig.client.ping()).toBeGreaterThan(0);
  }, 30_000);
});
