import { expect, it } from '@jest/globals';
import { describeWithEngine, docker, engineRig, IMAGE } from '../real-engine.ts';

describeWithEngine('a container of an image with very many ports', () => {
  it('is told with the first of them', async () => {
    await using rig = await engineRig();
    const [source, image] = [rig.name(), rig.name()];
    await docker('create', '--name', source, IMAGE);
    await docker('commit', '--change', 'EXPOSE 1-2000', source, image);
    try {
      const { id } = await rig.client.call('container.create', { image, name: rig.name() });
      const { items } = await rig.client.call('container.list', {});
      expect(items.find((item) => item.id === id)?.ports).toHaveLength(256);
      await rig.client.call('container.remove', { target: id, force: true });
    } finally {
      await docker('rmi', image);
    }
  });
});
