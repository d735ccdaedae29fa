import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { rigAt } from '../app.ts';
import { describeWithEngine, docker, engineRig, IMAGE } from '../real-engine.ts';
import { socketPath } from '../socket.ts';

describeWithEngine('container.remove', () => {
  it.each([
    ['its name', ({ name }: { name: string }) => name],
    ['its id', ({ id }: { id: string }) => id],
    ['the beginning of its id', ({ id }: { id: string }) => id.slice(0, 12)],
  ])('removes by %s', async (_what, targetOf) => {
    await using rig = await engineRig();
    const made = await rig.client.call('container.create', { image: IMAGE, name: rig.name(), start: false });
    expect(await rig.client.call('container.remove', { target: targetOf(made) })).toEqual({
      ...made,
      state: 'removed',
    });
    await expect(rig.client.call('container.remove', { target: made.id })).rejects.toMatchObject({ type: 'not_found' });
    expect(await docker('ps', '--all', '--quiet', '--filter', `name=${made.name}`)).toBe('');
  });

  it('tells the name that it was last known by here', async () => {
    await using rig = await engineRig();
    const [before, after] = [rig.name(), rig.name()];
    const { id } = await rig.client.call('container.create', { image: IMAGE, name: before, start: false });
    await docker('rename', before, after);
    expect(await rig.client.call('container.remove', { target: id })).toEqual({ id, name: before, state: 'removed' });
  });

  it('refuses one that is paused, unless forced', async () => {
    await using rig = await engineRig();
    const { id, name } = await rig.client.call('container.create', { image: IMAGE, name: rig.name() });
    await docker('pause', name);
    await expect(rig.client.call('container.remove', { target: id })).rejects.toMatchObject({
      type: 'conflict',
      message: `${name} is paused: stop it first, or remove it with force (sextant container rm -f ${name}).`,
    });
    await rig.client.call('container.remove', { target: id, force: true });
  });

  it('refuses one that runs, unless forced', async () => {
    await using rig = await engineRig();
    const { id, name } = await rig.client.call('container.create', { image: IMAGE, name: rig.name() });
    await expect(rig.client.call('container.remove', { target: name })).rejects.toMatchObject({
      type: 'conflict',
      message: `${name} is running: stop it first, or remove it with force (sextant container rm -f ${name}).`,
    });
    expect(await rig.client.call('container.remove', { target: name, force: true })).toEqual({
      id,
      name,
      state: 'removed',
    });
  });

  it('leaves alone what was not made here', async () => {
    await using rig = await engineRig();
    const name = rig.name();
    const id = await docker('run', '--detach', '--name', name, IMAGE);
    for (const target of [name, id, id.slice(0, 12)]) {
      await expect(rig.client.call('container.remove', { target, force: true })).rejects.toMatchObject({
        type: 'forbidden',
      });
      await expect(rig.client.call('container.stop', { target })).rejects.toMatchObject({ type: 'forbidden' });
    }
    expect(await docker('inspect', '--format', '{{.State.Status}}', name)).toBe('running');
  });

  it('does as each asks when many ask at once', async () => {
    await using rig = await engineRig();
    const { name } = await rig.client.call('container.create', { image: IMAGE, name: rig.name() });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, () => rig.client.call('container.remove', { target: name, force: true })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ type: 'not_found' });
  });
});

/** An engine of one container, made here: what it says to a look at it, and to its removal. */
async function engineOf(id: string, name: string, look: Reply, removal: Reply) {
  const listed = { Id: id, Names: [`/${name}`], Labels: { 'sextant.managed': 'true' } };
  const at = await socketPath();
  const engine = createServer(({ method, url = '' }, answer) => {
    const all: Reply = [200, [listed]];
    const [status, body] = method === 'DELETE' ? removal : url.startsWith('/containers/json') ? all : look;
    answer.writeHead(status).end(body && JSON.stringify(body));
  }).listen(at.path);
  await once(engine, 'listening');
  return {
    url: at.url,
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]();
      await at[Symbol.asyncDispose]();
    },
  };
}

/** A status, and what is told with it. */
type Reply = [status: number, body?: object];

describe('an engine that is faster than the look', () => {
  const [id, name] = ['a'.repeat(64), 'web'];

  it('has removed it by the name that was known', async () => {
    await using engine = await engineOf(id, name, [404, { message: 'No such container' }], [204]);
    await using rig = await rigAt(engine.url);
    expect(await rig.client.call('container.remove', { target: name })).toEqual({ id, name, state: 'removed' });
  });

  it('has the last word where it removes already', async () => {
    const look: Reply = [200, { Id: id, Name: `/${name}`, State: { Status: 'running' } }];
    const busy: Reply = [409, { message: `removal of container ${name} is already in progress` }];
    await using engine = await engineOf(id, name, look, busy);
    await using rig = await rigAt(engine.url);
    await expect(rig.client.call('container.remove', { target: name, force: true })).rejects.toMatchObject({
      type: 'conflict',
      message: expect.stringContaining('already in progress'),
    });
  });
});
