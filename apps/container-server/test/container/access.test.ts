import { expect, it } from '@jest/globals';
import type { Client } from '@sextant/client/client';
import { containerService } from '@sextant/protocol/container';
import type { ContainerItem } from '@sextant/protocol/container-schemas';
import type { Method } from '@sextant/protocol/method';
import type { z } from 'zod';
import type { Containers } from '../app.ts';
import { person } from '../person.ts';
import { describeWithEngine, docker, engineRig, IMAGE } from '../real-engine.ts';

/** All that one may do to a container, by the methods that have a target. */
const USER = ['container:read', 'container:manage', 'container:exec'];
const TOUCHING = [
  ['container.inspect', {}],
  ['container.start', {}],
  ['container.stop', {}],
  ['container.restart', {}],
  ['container.pause', {}],
  ['container.unpause', {}],
  ['container.rename', { name: 'sextant-test-stolen' }],
  ['container.remove', { force: true }],
  ['container.update', { dryRun: true }],
  ['container.wait', {}],
  ['container.stats', { once: true }],
  ['container.logs', {}],
  ['container.attach', {}],
  ['container.exec', { command: ['true'] }],
] as const;

/** Asks whatever the method streams; what comes of it. */
async function ask(client: Client<Containers>, method: string, params: object): Promise<object> {
  return client.call(method as 'container.inspect', params as { target: string });
}

describeWithEngine('a container', () => {
  it('belongs to whoever made it, who may do with it what its scopes allow', async () => {
    await using rig = await engineRig();
    using ann = await person(rig, 'ann', 'container:create', ...USER);
    const { id, name } = await ann.client.call('container.create', { image: IMAGE, name: rig.name() });
    expect(await docker('inspect', '--format', '{{index .Config.Labels "sextant.owner"}}', name)).toBe('ann');
    expect(await ann.client.call('container.inspect', { target: name })).toMatchObject({ owner: 'ann' });
    const { items } = await ann.client.call('container.list', {});
    expect(items.find((item) => item.id === id)).toMatchObject({ owner: 'ann' });
    expect(await ann.client.call('container.remove', { target: id, force: true })).toMatchObject({ state: 'removed' });
  });

  it('of somebody else is left alone without container:others, by every method with a target', async () => {
    await using rig = await engineRig();
    using ann = await person(rig, 'ann', 'container:create');
    using bob = await person(rig, 'bob', 'container:create', ...USER);
    const { id, name } = await ann.client.call('container.create', { image: IMAGE, name: rig.name() });
    for (const [method, params] of TOUCHING) {
      for (const target of [id, name, id.slice(0, 12)]) {
        await expect(ask(bob.client, method, { target, ...params })).rejects.toMatchObject({
          type: 'forbidden',
          message: `"${name}" belongs to "ann", and "bob" lacks the scope "container:others" to touch it; whoever runs the service can make a token that has it.`,
          data: { scope: 'container:others', owner: 'ann' },
        });
      }
    }
    expect(await docker('inspect', '--format', '{{.State.Status}} {{.Name}}', id)).toBe(`running /${name}`);
  });

  it('is guarded by every method that has a target', () => {
    const targeted = Object.entries<Method>(containerService.methods)
      .filter(([, { params }]) => 'target' in (params as z.ZodObject).shape)
      .map(([name]) => name)
      .filter((name) => name !== 'image.remove');
    expect(TOUCHING.map(([method]) => method).sort()).toEqual(targeted.sort());
  });

  it.each([['container:others', ...USER], ['container:*'], ['*']])(
    'of somebody else is touched with %s',
    async (...scopes) => {
      await using rig = await engineRig();
      using ann = await person(rig, 'ann', 'container:create');
      using bob = await person(rig, 'bob', ...scopes);
      const { id, name } = await ann.client.call('container.create', { image: IMAGE, name: rig.name() });
      expect(await bob.client.call('container.inspect', { target: name })).toMatchObject({ owner: 'ann' });
      const renamed = rig.name();
      await bob.client.call('container.rename', { target: id, name: renamed });
      // Whose it is stays known.
      using carl = await person(rig, 'carl', ...USER);
      await expect(carl.client.call('container.stop', { target: id })).rejects.toMatchObject({
        message: expect.stringContaining(`"${renamed}" belongs to "ann"`),
      });
      expect(await bob.client.call('container.remove', { target: id, force: true })).toMatchObject({
        state: 'removed',
      });
    },
  );

  it('that was handed over by its label alone is one of others', async () => {
    await using rig = await engineRig();
    using ann = await person(rig, 'ann', ...USER);
    const name = rig.name();
    await docker('create', '--name', name, '--label', 'sextant.managed=true', IMAGE);
    await expect(ann.client.call('container.start', { target: name })).rejects.toMatchObject({
      type: 'forbidden',
      message: expect.stringContaining(`"${name}" has no owner, and "ann" lacks the scope "container:others"`),
    });
    expect(await rig.client.call('container.start', { target: name })).toMatchObject({ state: 'running' });
  });

  it.each([['*'], ['container:*'], ['container:others', ...USER]])(
    'not made here is left alone with %s',
    async (...scopes) => {
      await using rig = await engineRig();
      using ann = await person(rig, 'ann', ...scopes);
      const name = rig.name();
      const id = await docker('create', '--name', name, '--label', 'sextant.owner=ann', IMAGE);
      for (const target of [name, id, id.slice(0, 12)]) {
        await expect(ann.client.call('container.inspect', { target })).rejects.toMatchObject({
          type: 'forbidden',
          message: expect.stringContaining(
            `"${name}" was not made by this service, and "ann" lacks the scope "container:foreign"`,
          ),
          data: { scope: 'container:foreign' },
        });
      }
      const { items } = await ann.client.call('container.list', { all: true });
      expect(items.map((item) => item.id)).not.toContain(id);
    },
  );

  it('not made here is listed for, and touched by, whoever has container:foreign written out, as far as its other scopes go', async () => {
    await using rig = await engineRig();
    using ann = await person(rig, 'ann', 'container:read', 'container:foreign');
    const [running, stopped] = [rig.name(), rig.name()];
    const id = await docker('run', '--detach', '--name', running, IMAGE);
    await docker('create', '--name', stopped, IMAGE);
    const names = async (all: boolean): Promise<string[]> =>
      (await ann.client.call('container.list', { all })).items.map(({ name }) => name);
    expect(await names(true)).toEqual(expect.arrayContaining([running, stopped]));
    expect(await names(false)).toContain(running);
    expect(await names(false)).not.toContain(stopped);
    expect(await ann.client.call('container.inspect', { target: id.slice(0, 8) })).not.toHaveProperty('owner');
    await expect(ann.client.call('container.stop', { target: id })).rejects.toMatchObject({
      type: 'forbidden',
      data: { scope: 'container:manage' },
    });
  });

  it('that died tells what it printed only to those who may touch it', async () => {
    await using rig = await engineRig();
    using ann = await person(rig, 'ann', 'container:create', ...USER);
    using bob = await person(rig, 'bob', ...USER);
    const { name } = await ann.client.call('container.create', {
      image: IMAGE,
      name: rig.name(),
      command: ['sh', '-c', 'sleep 1; echo secret; exit 3'],
    });
    const seen = await Promise.all([ann, bob].map(({ client }) => deathOf(client, name)));
    expect(seen).toMatchObject([
      { owner: 'ann', exitCode: 3, log: ['secret'] },
      { owner: 'ann', exitCode: 3 },
    ]);
    expect(seen[1]).not.toHaveProperty('log');
  });
});

async function deathOf(client: Client<Containers>, name: string): Promise<ContainerItem | undefined> {
  const stream = client.open('container.events', {});
  for await (const { item } of stream) {
    if (item && 'type' in item && item.type === 'died' && item.name === name) {
      stream.cancel();
      return item;
    }
  }
  return undefined;
}
