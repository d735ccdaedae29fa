import { expect, it } from '@jest/globals';
import { describeWithEngine, docker, engineRig, IMAGE } from '../real-engine.ts';

describeWithEngine('targets', () => {
  it('that are nothing are told, with the nearest names', async () => {
    await using rig = await engineRig();
    const { name } = await rig.client.call('container.create', { image: IMAGE, name: rig.name(), start: false });
    await expect(rig.client.call('container.start', { target: `${name}x` })).rejects.toMatchObject({
      type: 'not_found',
      message: expect.stringContaining(`There is no container "${name}x". Did you mean `),
      data: { suggestions: expect.arrayContaining([name]) },
    });
  });

  it.each(['../../images/json', 'a b', '%2e%2e', 'x?force=1', '\u0000', '/', 'ф'.repeat(200)])(
    '%j are nothing',
    async (target) => {
      await using rig = await engineRig();
      for (const method of ['container.start', 'container.stop', 'container.remove'] as const) {
        await expect(rig.client.call(method, { target })).rejects.toMatchObject({ type: 'not_found' });
      }
    },
  );

  it('that begin several ids are told apart', async () => {
    await using rig = await engineRig();
    // Of seventeen ids two begin with the same of sixteen digits.
    const ids: string[] = [];
    for (let made = 0; made < 17; made += 1) {
      ids.push((await rig.client.call('container.create', { image: IMAGE, name: rig.name(), start: false })).id);
    }
    const target = ids.map((id) => id.charAt(0)).find((digit, at, all) => all.indexOf(digit) < at) ?? '';
    await expect(rig.client.call('container.remove', { target })).rejects.toMatchObject({
      type: 'conflict',
      message: expect.stringMatching(/^\d+ ids begin with "[0-9a-f]"; write more of it, or the name\.$/),
      data: {
        candidates: expect.arrayContaining([{ id: expect.stringMatching(`^${target}`), name: expect.any(String) }]),
      },
    });
  });

  it('are names before they are beginnings of ids', async () => {
    await using rig = await engineRig();
    const { id } = await rig.client.call('container.create', { image: IMAGE, name: rig.name(), start: false });
    const name = id.slice(0, 12);
    const other = await rig.client.call('container.create', { image: IMAGE, name, start: false });
    try {
      expect(await rig.client.call('container.start', { target: name })).toMatchObject({ id: other.id });
      expect(await docker('inspect', '--format', '{{.State.Status}}', id)).toBe('created');
    } finally {
      await docker('rm', '--force', other.id);
    }
  });

  it('of others are theirs only by what means them, not by chance', async () => {
    await using rig = await engineRig();
    const name = rig.name();
    const id = await docker('create', '--name', name, IMAGE);
    await expect(rig.client.call('container.start', { target: id.slice(0, 12) })).rejects.toMatchObject({
      type: 'forbidden',
    });
    await expect(rig.client.call('container.start', { target: name })).rejects.toMatchObject({ type: 'forbidden' });
    await expect(rig.client.call('container.start', { target: id.slice(0, 11) })).rejects.toMatchObject({
      type: 'not_found',
    });
  });

  it('may be asked much at once', async () => {
    await using rig = await engineRig();
    const { id, name } = await rig.client.call('container.create', { image: IMAGE, name: rig.name() });
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, at) =>
        at % 2 === 0
          ? rig.client.call('container.start', { target: id })
          : rig.client.call('container.stop', { target: id, timeoutMs: 0 }),
      ),
    );
    // Each sees its own doing, since no other comes between.
    expect(answers).toEqual(answers.map((_, at) => ({ id, name, state: at % 2 === 0 ? 'running' : 'exited' })));
  });
});
