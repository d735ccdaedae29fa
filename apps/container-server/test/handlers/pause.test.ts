import { expect, it } from '@jest/globals';
import { describeWithEngine, docker, engineRig, IMAGE } from '../real-engine.ts';

describeWithEngine('container.pause and container.unpause', () => {
  it('freeze one and let it go on, once or twice', async () => {
    await using rig = await engineRig();
    const { id, name } = await rig.client.call('container.create', { image: IMAGE, name: rig.name() });
    for (let time = 0; time < 2; time += 1) {
      expect(await rig.client.call('container.pause', { target: name })).toEqual({ id, name, state: 'paused' });
      expect(await docker('inspect', '--format', '{{.State.Paused}}', name)).toBe('true');
    }
    for (let time = 0; time < 2; time += 1) {
      expect(await rig.client.call('container.unpause', { target: id })).toEqual({ id, name, state: 'running' });
      expect(await docker('inspect', '--format', '{{.State.Paused}}', name)).toBe('false');
    }
  });

  it('refuse one that does not run', async () => {
    await using rig = await engineRig();
    const { name } = await rig.client.call('container.create', { image: IMAGE, name: rig.name(), start: false });
    await expect(rig.client.call('container.pause', { target: name })).rejects.toMatchObject({
      type: 'conflict',
      message: `${name} is created: only what runs can be paused.`,
    });
    await expect(rig.client.call('container.unpause', { target: name })).rejects.toMatchObject({
      type: 'conflict',
      message: `${name} is created, not paused: start it.`,
    });
  });
});
