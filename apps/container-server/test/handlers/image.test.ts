import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { describeWithEngine, describeWithRegistry, docker, engineRig, IMAGE } from '../real-engine.ts';
import { startRegistry } from '../registry.ts';

/** A small image of its own; `await using` removes it. */
async function newImage(): Promise<{ name: string; id: string } & AsyncDisposable> {
  const name = `sextant-test-image-${randomUUID().slice(0, 8)}:one`;
  const container = await docker('create', IMAGE);
  const id = await docker('commit', '--change', `LABEL test=${name}`, container, name);
  await docker('rm', container);
  return { name, id, [Symbol.asyncDispose]: () => docker('rmi', '-f', id).then(undefined, () => {}) };
}

const exists = (id: string): Promise<boolean> =>
  docker('image', 'inspect', id).then(
    () => true,
    () => false,
  );

describeWithEngine('image.list', () => {
  it('tells of each, the newest first, page by page', async () => {
    await using rig = await engineRig();
    await using image = await newImage();
    await docker('tag', image.id, image.name.replace('one', 'two'));
    const seen = [];
    let next: string | undefined;
    do {
      const page = await rig.client.call('image.list', { limit: 10, next });
      expect(page.items.length).toBeLessThanOrEqual(10);
      seen.push(...page.items);
      next = page.next;
    } while (next);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
    const times = seen.map(({ createdAt }) => createdAt);
    expect(times).toEqual(times.toSorted().toReversed());
    const found = seen.find(({ id }) => id === image.id);
    expect(found).toMatchObject({ sizeBytes: expect.any(Number), createdAt: expect.stringMatching(/Z$/) });
    expect(found?.names.toSorted()).toEqual([image.name, image.name.replace('one', 'two')]);
    expect(found?.sizeBytes).toBeGreaterThan(100_000);
  });
});

describeWithEngine('image.remove', () => {
  it('removes by name', async () => {
    await using rig = await engineRig();
    await using image = await newImage();
    expect(await rig.client.call('image.remove', { target: image.name })).toEqual({
      id: image.id,
      untagged: [image.name],
      deleted: expect.arrayContaining([image.id]),
    });
    expect(await exists(image.id)).toBe(false);
  });

  it.each([
    ['its id', (id: string) => id],
    ['the beginning of its id', (id: string) => id.slice('sha256:'.length, 19)],
  ])('removes by %s', async (_what, targetOf) => {
    await using rig = await engineRig();
    await using image = await newImage();
    expect(await rig.client.call('image.remove', { target: targetOf(image.id) })).toMatchObject({ id: image.id });
    expect(await exists(image.id)).toBe(false);
  });

  it('takes only the name where there is another', async () => {
    await using rig = await engineRig();
    await using image = await newImage();
    await docker('tag', image.id, image.name.replace('one', 'two'));
    expect(await rig.client.call('image.remove', { target: image.name })).toMatchObject({ deleted: [] });
    expect(await exists(image.id)).toBe(true);
  });

  it('refuses one in use, with force only what runs', async () => {
    await using rig = await engineRig();
    await using image = await newImage();
    const { id } = await rig.client.call('container.create', { image: image.name, name: rig.name() });
    const short = id.slice(0, 12);
    const remove = (target: string, force = false) => rig.client.call('image.remove', { target, force });
    await expect(remove(image.name)).rejects.toMatchObject({
      type: 'conflict',
      message: `The image ${JSON.stringify(image.name)} is used by the container ${short}: remove that first, or the image with force.`,
    });
    await expect(remove(image.id, true)).rejects.toMatchObject({
      type: 'conflict',
      message: `The image ${JSON.stringify(image.id)} is used by the running container ${short}: remove that first.`,
    });
    await rig.client.call('container.stop', { target: id, timeoutMs: 0 });
    await expect(remove(image.id)).rejects.toMatchObject({
      type: 'conflict',
      message: expect.stringContaining(`is used by the stopped container ${short}: remove that first, or the image`),
    });
    expect(await remove(image.id, true)).toMatchObject({ untagged: [image.name] });
  });

  it.each(['../containers/json', 'a b', '%2e%2e', 'x?force=1', '/', 'no-such', 'sha256:', 'ф'.repeat(200)])(
    '%j is nothing',
    async (target) => {
      await using rig = await engineRig();
      await expect(rig.client.call('image.remove', { target, force: true })).rejects.toMatchObject({
        type: expect.stringMatching(/^(not_found|invalid_params)$/),
      });
    },
  );
});

describeWithRegistry('image.pull', () => {
  it('tells its progress, then what it is', async () => {
    await using registry = await startRegistry();
    await using rig = await engineRig();
    const image = await registry.publish(100_000);
    try {
      const stream = rig.client.open('image.pull', { image });
      const items = [];
      for await (const { item } of stream) if (item) items.push(item);
      expect(items.some(({ status }) => status === 'Pull complete')).toBe(true);
      const id = await docker('image', 'inspect', '--format', '{{.Id}}', image);
      expect(await stream.result).toEqual({ id, name: `${image}:latest` });
    } finally {
      await docker('rmi', `${image}:latest`);
    }
  });

  it('says that there is no such image', async () => {
    await using registry = await startRegistry();
    await using rig = await engineRig();
    const image = `127.0.0.1:${registry.port}/sextant/nothing`;
    await expect(rig.client.call('image.pull', { image })).rejects.toMatchObject({ type: 'not_found' });
    await expect(rig.client.call('image.pull', { image: '../x' })).rejects.toMatchObject({ type: 'invalid_params' });
  });
});
