import { expect, it } from '@jest/globals';
import { describeWithEngine, docker, engineRig, IMAGE } from '../real-engine.ts';

describeWithEngine('container.rename', () => {
  it('gives another name, and is content with the same', async () => {
    await using rig = await engineRig();
    const [before, after] = [rig.name(), rig.name()];
    const { id } = await rig.client.call('container.create', { image: IMAGE, name: before, start: false });
    const renamed = { id, name: after, state: 'created' };
    expect(await rig.client.call('container.rename', { target: before, name: after })).toEqual(renamed);
    expect(await rig.client.call('container.rename', { target: after, name: after })).toEqual(renamed);
    expect(await docker('inspect', '--format', '{{.Name}}', id)).toBe(`/${after}`);
    await expect(rig.client.call('container.inspect', { target: before })).rejects.toMatchObject({ type: 'not_found' });
    expect(await rig.client.call('container.remove', { target: id })).toEqual({ ...renamed, state: 'removed' });
  });

  it('refuses a taken name', async () => {
    await using rig = await engineRig();
    const [one, other] = [rig.name(), rig.name()];
    await rig.client.call('container.create', { image: IMAGE, name: one, start: false });
    await rig.client.call('container.create', { image: IMAGE, name: other, start: false });
    await expect(rig.client.call('container.rename', { target: one, name: other })).rejects.toMatchObject({
      type: 'exists',
      message: expect.stringMatching(/^The name "\S+" is taken by another container/),
    });
  });
});
