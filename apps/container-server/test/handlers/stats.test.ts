import { expect, it } from '@jest/globals';
import type { ContainerStats } from '@sextant/protocol/container-schemas';
import { waitFor } from '@sextant/testing/wait';
import { rigAt } from '../app.ts';
import { describeWithEngine, docker, engineRig, IMAGE } from '../real-engine.ts';
import { serveSocket, socketPath, toEngine } from '../socket.ts';

const BUSY = ['sh', '-c', 'while :; do :; done'];

describeWithEngine('container.stats', () => {
  it('tells what one uses, each second until it stops', async () => {
    await using rig = await engineRig();
    const { id, name } = await rig.client.call('container.create', { image: IMAGE, name: rig.name(), command: BUSY });
    const stream = rig.client.open('container.stats', { target: name });
    const items: ContainerStats[] = [];
    for await (const { item } of stream) {
      if (item) items.push(item);
      if (items.length === 3) await docker('kill', name);
    }
    expect(await stream.result).toEqual({ id, name, state: 'exited' });
    expect(items.length).toBeGreaterThanOrEqual(3);
    const times = items.map(({ at }) => Date.parse(at));
    expect((times[2] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(1500);
    expect(items[1]?.cpuPercent).toBeGreaterThan(10);
    expect(items[1]?.cpuPercent).toBeLessThan(150);
    expect(items[1]).toMatchObject({ processes: 1, rxBytes: expect.any(Number), txBytes: expect.any(Number) });
    expect(items[1]?.memoryBytes).toBeGreaterThan(0);
    expect(items[1]?.memoryLimitBytes).toBeGreaterThan(items[1]?.memoryBytes ?? Infinity);
  });

  it('tells it once where asked', async () => {
    await using rig = await engineRig();
    const { id, name } = await rig.client.call('container.create', { image: IMAGE, name: rig.name() });
    const stream = rig.client.open('container.stats', { target: name, once: true });
    const items = [];
    for await (const { item } of stream) items.push(item);
    expect(items).toHaveLength(1);
    expect(await stream.result).toEqual({ id, name, state: 'running' });
  });

  it('ends when one is removed', async () => {
    await using rig = await engineRig();
    const { id, name } = await rig.client.call('container.create', { image: IMAGE, name: rig.name() });
    const stream = rig.client.open('container.stats', { target: name });
    for await (const { item } of stream)
      if (item) await rig.client.call('container.remove', { target: id, force: true });
    expect(await stream.result).toMatchObject({ id, name });
  });

  it('refuses one that does not run', async () => {
    await using rig = await engineRig();
    const { name } = await rig.client.call('container.create', { image: IMAGE, name: rig.name(), start: false });
    await expect(rig.client.call('container.stats', { target: name })).rejects.toMatchObject({
      type: 'conflict',
      message: `${name} is created, so it uses nothing: start it first.`,
    });
  });

  it('lets go of the engine when the caller goes or is satisfied', async () => {
    await using own = await engineRig();
    await using at = await socketPath();
    await using engine = await serveSocket(at, toEngine);
    await using rig = await rigAt(at.url);
    const { name } = await rig.client.call('container.create', { image: IMAGE, name: own.name() });
    const other = await rig.connect();
    for await (const { item } of other.open('container.stats', { target: name })) if (item) other.close();
    const stream = rig.client.open('container.stats', { target: name, once: true });
    for await (const part of stream) expect(part).toHaveProperty('item');
    await stream.result;
    await waitFor('no connection is kept', () => engine.connections.size === 0, 8000);
  });

  it.each(['goes', 'hangs'])('fails when the engine %s', async (what) => {
    await using own = await engineRig();
    await using at = await socketPath();
    await using engine = await serveSocket(at, toEngine);
    await using rig = await rigAt(at.url, { engineTimeoutMs: 2500 });
    const { name } = await rig.client.call('container.create', { image: IMAGE, name: own.name() });
    const stream = rig.client.open('container.stats', { target: name });
    let failedAt = Infinity;
    for await (const { item } of stream) {
      if (!item) continue;
      failedAt = performance.now();
      for (const socket of engine.connections) {
        if (what === 'goes') socket.destroy();
        // What the engine says does not arrive any more.
        else socket.cork();
      }
    }
    await expect(stream.result).rejects.toMatchObject({ type: 'dependency_down', data: { dependency: 'docker' } });
    expect(performance.now() - failedAt).toBeLessThan(4000);
  });
});
