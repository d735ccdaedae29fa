import { expect, it } from '@jest/globals';
import { describeWithEngine, docker, engineRig, IMAGE, OBEDIENT } from '../real-engine.ts';

const startedAt = (name: string): Promise<string> => docker('inspect', '--format', '{{.State.StartedAt}}', name);

describeWithEngine('container.restart', () => {
  it('starts one anew that runs, and one that does not', async () => {
    await using rig = await engineRig();
    const { id, name } = await rig.client.call('container.create', {
      image: IMAGE,
      name: rig.name(),
      command: OBEDIENT,
    });
    const first = await startedAt(name);
    expect(await rig.client.call('container.restart', { target: name })).toEqual({ id, name, state: 'running' });
    expect(await startedAt(name)).not.toBe(first);
    await rig.client.call('container.stop', { target: name });
    expect(await rig.client.call('container.restart', { target: id })).toEqual({ id, name, state: 'running' });
  });

  it('kills what does not listen, and may take longer than other answers of the engine', async () => {
    await using rig = await engineRig({ engineTimeoutMs: 1500 });
    const { name } = await rig.client.call('container.create', { image: IMAGE, name: rig.name() });
    const start = performance.now();
    expect(await rig.client.call('container.restart', { target: name, timeoutMs: 2000 })).toMatchObject({
      state: 'running',
    });
    expect(performance.now() - start).toBeGreaterThan(1900);
  });
});
