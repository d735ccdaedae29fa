import { expect, it } from '@jest/globals';
import { describeWithEngine, engineRig, IMAGE } from '../real-engine.ts';

describeWithEngine('container.start', () => {
  it('starts by name, id and the beginning of the id', async () => {
    await using rig = await engineRig();
    const { id, name } = await rig.client.call('container.create', { image: IMAGE, name: rig.name(), start: false });
    for (const target of [name, id, id.slice(0, 12)]) {
      expect(await rig.client.call('container.start', { target })).toEqual({ id, name, state: 'running' });
      await rig.client.call('container.stop', { target, timeoutMs: 0 });
    }
  });

  it('is content with one that runs', async () => {
    await using rig = await engineRig();
    const { id, name } = await rig.client.call('container.create', { image: IMAGE, name: rig.name() });
    expect(await rig.client.call('container.start', { target: id })).toEqual({ id, name, state: 'running' });
  });

  it("gives the engine's reason when it cannot", async () => {
    await using rig = await engineRig();
    const { name } = await rig.client.call('container.create', {
      image: IMAGE,
      name: rig.name(),
      command: ['nonsense'],
      start: false,
    });
    await expect(rig.client.call('container.start', { target: name })).rejects.toMatchObject({
      type: 'invalid_params',
      message: 'The Docker engine says: exec: "nonsense": executable file not found in $PATH.',
    });
  });
});
