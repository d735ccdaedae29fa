import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { containerService } from '@sextant/protocol/container';
import { connect } from '@sextant/client/connect';
import { openLocalToken } from '@sextant/service/identity/local-token';
import { openRawSocket } from '@sextant/testing/raw-socket';
import { temporaryFolder } from '@sextant/testing/rig';
import { spawnService } from '@sextant/testing/spawn';
import { waitFor } from '@sextant/testing/wait';
import { rigAt } from '../app.ts';
import { labelled } from '../labelled.ts';
import { startLosing } from '../losing.ts';
import { describeWithEngine, docker, ENGINE, engineRig } from '../real-engine.ts';
import { serveSocket, socketPath, toEngine } from '../socket.ts';

const MAIN = new URL('../../src/main.ts', import.meta.url);
/** Lost answers of the first test: `SEXTANT_LOST_REPLIES=1000` takes longer. */
const LOSSES = Number(process.env['SEXTANT_LOST_REPLIES'] ?? 40);
/** Requests that are under way at a time. */
const AT_ONCE = 8;
const LOST = { type: 'dependency_down', data: { dependency: 'docker', retry: 'unknown' } };

describeWithEngine('a creation whose answer is lost', () => {
  it(
    'makes one container, each time',
    async () => {
      await using at = await socketPath();
      await using mine = labelled();
      await using engine = await startLosing(at, LOSSES);
      await using rig = await rigAt(at.url);
      const made: string[] = [];
      let asked = 0;
      const ask = async (): Promise<void> => {
        while ((asked += 1) <= LOSSES) made.push((await rig.client.call('container.create', mine.params)).id);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, ask));
      expect(engine.losses).toBe(0);
      expect((await mine.ids()).sort()).toEqual(made.sort());
      expect(new Set(made).size).toBe(LOSSES);
    },
    LOSSES * 500 + 10_000,
  );

  it('is found by a name too, and started', async () => {
    await using at = await socketPath();
    await using mine = labelled();
    await using names = await engineRig();
    await using engine = await startLosing(at, 1);
    await using rig = await rigAt(at.url);
    const name = names.name();
    const made = await rig.client.call('container.create', { ...mine.params, name, start: true });
    expect(made).toMatchObject({ name, state: 'running' });
    expect(engine.losses).toBe(0);
    expect(await mine.ids()).toEqual([made.id]);
  });

  it('is found by its key once the engine answers again', async () => {
    const key = randomUUID();
    await using at = await socketPath();
    await using mine = labelled();
    await using rig = await rigAt(at.url, { engineTimeoutMs: 600 });
    await loseAndLeave(at, async () => {
      await expect(rig.client.call('container.create', mine.params, { key })).rejects.toMatchObject(LOST);
    });
    await using back = new AsyncDisposableStack();
    back.use(await serveSocket(at, toEngine));
    const { id } = await rig.client.call('container.create', mine.params, { key });
    // And it is not taken for a stray afterwards.
    await sleep(1500);
    expect(await mine.ids()).toEqual([id]);
  });

  it('leaves nothing behind without one', async () => {
    await using at = await socketPath();
    await using mine = labelled();
    await using rig = await rigAt(at.url, { engineTimeoutMs: 600 });
    await loseAndLeave(at, async () => {
      await expect(rig.client.call('container.create', mine.params)).rejects.toMatchObject(LOST);
    });
    expect(await mine.ids()).toHaveLength(1);
    await using back = new AsyncDisposableStack();
    back.use(await serveSocket(at, toEngine));
    await waitFor('it is removed', async () => (await mine.ids()).length === 0, 8000);
  });

  it('leaves nothing behind when it is cancelled meanwhile', async () => {
    const key = randomUUID();
    await using at = await socketPath();
    await using mine = labelled();
    await using rig = await rigAt(at.url);
    const cancel = new AbortController();
    await loseAndLeave(
      at,
      async () => {
        const made = rig.client.call('container.create', mine.params, { key, signal: cancel.signal });
        await expect(made).rejects.toMatchObject({ type: 'cancelled' });
      },
      () => cancel.abort(),
    );
    expect(await mine.ids()).toHaveLength(1);
    await using back = new AsyncDisposableStack();
    back.use(await serveSocket(at, toEngine));
    await waitFor('it is removed', async () => (await mine.ids()).length === 0, 8000);
  });
});

describeWithEngine('a key', () => {
  it('names the same container for the next server, whatever that is called by now', async () => {
    const key = randomUUID();
    await using mine = labelled();
    const first = await makeWith(key, mine.params);
    const renamed = `${first.name}-renamed`;
    expect(first).not.toHaveProperty('replayed');
    await docker('rename', first.name ?? '', renamed);
    expect(await makeWith(key, mine.params)).toEqual({ ...first, name: renamed, replayed: true });
    expect(await mine.ids()).toEqual([first.id]);
    expect(await makeWith(key, { ...mine.params, tty: true })).toMatchObject({
      data: { type: 'conflict' },
      message: 'This key was used for another request; take a new one for each.',
    });
    expect((await makeWith(randomUUID(), mine.params)).id).not.toBe(first.id);
    expect(await mine.ids()).toHaveLength(2);
  });

  it('starts what a killed server has only made, and leaves alone what has ended since', async () => {
    const key = randomUUID();
    await using at = await socketPath();
    await using mine = labelled();
    const params = { ...mine.params, start: true, command: ['sleep', '0.3'] };
    await using folder = await temporaryFolder();
    await using engine = await startLosing(at, 1);
    await using server = await spawnService(MAIN, folder.path, '--engine', at.url);
    const token = await openLocalToken(folder.path);
    const client = await connect(containerService, server, { client: 'test/1', auth: { type: 'token', token } });
    engine.lost = () => void server.child.kill('SIGKILL');
    await expect(client.call('container.create', params, { key })).rejects.toThrow();
    expect(await mine.list('{{.State}}')).toEqual(['created']);
    const found = await makeWith(key, params);
    expect(found).toMatchObject({ state: 'running', replayed: true });
    expect(await mine.ids()).toEqual([found.id]);
    await waitFor('it has ended', async () => (await mine.list('{{.State}}'))[0] === 'exited');
    expect(await makeWith(key, params)).toMatchObject({ id: found.id, state: 'exited' });
  });

  it('finds what an update has put in its place, and neither starts nor removes that', async () => {
    await using folder = await temporaryFolder();
    await using mine = labelled();
    const key = randomUUID();
    const params = { ...mine.params, start: true };
    let updated: string;
    {
      await using rig = await rigAt(ENGINE, {}, folder.path);
      const { id } = await rig.client.call('container.create', params, { key });
      await docker('kill', id);
      ({ id: updated } = await rig.client.call('container.update', { target: id, command: ['no-such-program'] }));
      expect(updated).not.toBe(id);
    }
    await using rig = await rigAt(ENGINE, {}, folder.path);
    const again = await rig.client.call('container.create', params, { key });
    expect(again).toMatchObject({ id: updated, state: 'created' });
    expect(await mine.ids()).toEqual([updated]);
  });

  it('waits for a container that the engine is still making', async () => {
    const key = randomUUID();
    await using at = await socketPath();
    let asked = 0;
    // Nothing makes a real engine slow at the right moment.
    const engine = createServer((request, response) => {
      const answer = (status: number, body: object): void => void response.writeHead(status).end(JSON.stringify(body));
      const { pathname } = new URL(request.url ?? '', 'http://engine');
      if (pathname.endsWith('/create')) return answer(409, { message: 'Conflict. The name is in use.' });
      if (pathname === '/containers/json') return answer(200, []);
      asked += 1;
      const labels = { 'sextant.key': '2f4a8b3b5c6d7e8f' };
      if (asked < 3) return answer(404, { message: 'No such container' });
      return answer(200, { Id: 'theirs', Name: '/x', Config: { Labels: labels }, State: { Status: 'running' } });
    });
    engine.listen(at.path);
    await once(engine, 'listening');
    await using rig = await rigAt(at.url);
    await expect(rig.client.call('container.create', { image: 'x', name: 'x' }, { key })).rejects.toMatchObject({
      type: 'exists',
    });
    expect(asked).toBe(3);
    engine.close();
    engine.closeAllConnections();
  });
});

/** Loses the answer to a creation, and with it the engine. */
async function loseAndLeave(at: { path: string }, act: () => Promise<void>, lost = (): void => {}): Promise<void> {
  const engine = await startLosing(at, 1);
  const gone = new Promise<void>((resolve) => {
    engine.lost = () => {
      resolve(engine[Symbol.asyncDispose]());
      lost();
    };
  });
  await act();
  await gone;
}

interface Answer {
  id?: string;
  name?: string;
  state?: string;
  replayed?: boolean;
}

/** What a new server answers: it knows of no key. */
async function makeWith(key: string, params: object): Promise<Answer> {
  await using rig = await rigAt(ENGINE);
  using raw = await openRawSocket(rig.running, rig.token);
  raw.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'container.create', params, key })}\n`);
  const { result, error, replayed } = (await raw.next()) as { result?: Answer; error?: object; replayed?: boolean };
  return { ...result, ...error, ...(replayed !== undefined && { replayed }) };
}
