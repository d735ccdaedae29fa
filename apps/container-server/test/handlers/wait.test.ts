import { expect, it } from '@jest/globals';
import { waitFor } from '@sextant/testing/wait';
import { rigAt } from '../app.ts';
import { describeWithEngine, docker, engineRig, IMAGE } from '../real-engine.ts';
import { serveSocket, socketPath, toEngine } from '../socket.ts';

const RUN = { image: IMAGE, command: ['sh', '-c', 'while [ ! -e /tmp/end ]; do sleep 0.05; done; exit 7'] };
const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 500));

describeWithEngine('container.wait', () => {
  it('resolves when it has stopped, and at once when it has already', async () => {
    await using rig = await engineRig();
    const { id, name } = await rig.client.call('container.create', { ...RUN, name: rig.name() });
    let isOver = false;
    const waiting = rig.client.call('container.wait', { target: name }).finally(() => (isOver = true));
    await soon();
    expect(isOver).toBe(false);
    await docker('exec', name, 'touch', '/tmp/end');
    const stopped = { id, name, state: 'exited', exitCode: 7, oomKilled: false };
    expect(await waiting).toEqual(stopped);
    expect(await rig.client.call('container.wait', { target: id })).toEqual(stopped);
  });

  it('lets others act meanwhile, and tells of one that is removed', async () => {
    await using rig = await engineRig();
    const { id, name } = await rig.client.call('container.create', { ...RUN, name: rig.name() });
    const waiting = rig.client.call('container.wait', { target: name });
    await soon();
    await rig.client.call('container.remove', { target: name, force: true });
    expect(await waiting).toMatchObject({ id, name, exitCode: 137 });
  });

  it('refuses what was never started', async () => {
    await using rig = await engineRig();
    const { name } = await rig.client.call('container.create', { ...RUN, name: rig.name(), start: false });
    await expect(rig.client.call('container.wait', { target: name })).rejects.toMatchObject({ type: 'conflict' });
  });

  it('lets go of the engine when cancelled or when the caller goes', async () => {
    await using own = await engineRig();
    await using at = await socketPath();
    await using engine = await serveSocket(at, toEngine);
    await using rig = await rigAt(at.url);
    const { name } = await rig.client.call('container.create', { ...RUN, name: own.name() });
    const cancel = new AbortController();
    const waiting = rig.client.call('container.wait', { target: name }, { signal: cancel.signal });
    const other = await rig.connect();
    const lost = other.call('container.wait', { target: name });
    await soon();
    cancel.abort();
    other.close();
    await expect(waiting).rejects.toMatchObject({ type: 'cancelled' });
    await expect(lost).rejects.toMatchObject({ type: 'unavailable' });
    await waitFor('no connection is kept', () => engine.connections.size === 0, 8000);
  });

  it.each([
    ['goes', (engine: AsyncDisposable) => engine[Symbol.asyncDispose]()],
    ['hangs', async (_engine: AsyncDisposable, freeze: () => void) => freeze()],
  ])('fails when the engine %s', async (_what, fail) => {
    await using own = await engineRig();
    await using at = await socketPath();
    let isFrozen = false;
    const engine = await serveSocket(at, (socket) => (isFrozen ? socket.resume() : toEngine(socket)));
    try {
      await using rig = await rigAt(at.url, { engineTimeoutMs: 1000 });
      const { name } = await rig.client.call('container.create', { ...RUN, name: own.name() });
      const waiting = rig.client.call('container.wait', { target: name });
      // Whoever is rejected before it is awaited would end the test's process.
      waiting.catch(() => {});
      await soon();
      const start = performance.now();
      await fail(engine, () => {
        isFrozen = true;
        for (const socket of engine.connections) socket.unpipe().resume();
      });
      await expect(waiting).rejects.toMatchObject({ type: 'dependency_down', data: { dependency: 'docker' } });
      expect(performance.now() - start).toBeLessThan(3000);
    } finally {
      if (_what === 'hangs') await engine[Symbol.asyncDispose]();
    }
  });

  it('says at once that the engine went, and sees the end when asked again', async () => {
    await using own = await engineRig();
    await using at = await socketPath();
    await using engine = await serveSocket(at, toEngine);
    await using rig = await rigAt(at.url, { engineTimeoutMs: 1000 });
    const { name } = await rig.client.call('container.create', { ...RUN, name: own.name() });
    const waiting = rig.client.call('container.wait', { target: name });
    await soon();
    for (const socket of engine.connections) socket.destroy();
    await docker('exec', name, 'touch', '/tmp/end');
    await expect(waiting).rejects.toMatchObject({ type: 'dependency_down', data: { dependency: 'docker' } });
    expect(await rig.client.call('container.wait', { target: name })).toMatchObject({ exitCode: 7 });
  });
});
