import { expect, it } from '@jest/globals';
import { describeWithEngine, docker, engineRig, IMAGE, OBEDIENT } from '../real-engine.ts';

function exitCode(name: string): Promise<string> {
  return docker('inspect', '--format', '{{.State.ExitCode}}', name);
}

describeWithEngine('container.stop', () => {
  it('asks the program to end', async () => {
    await using rig = await engineRig();
    const { id, name } = await rig.client.call('container.create', {
      image: IMAGE,
      name: rig.name(),
      command: OBEDIENT,
    });
    expect(await rig.client.call('container.stop', { target: name })).toEqual({ id, name, state: 'exited' });
    expect(await exitCode(name)).toBe('0');
  });

  it('kills one that does not listen, in time', async () => {
    await using rig = await engineRig();
    const { id, name } = await rig.client.call('container.create', { image: IMAGE, name: rig.name() });
    const start = performance.now();
    expect(await rig.client.call('container.stop', { target: id.slice(0, 12), timeoutMs: 1000 })).toMatchObject({
      state: 'exited',
    });
    expect(performance.now() - start).toBeGreaterThan(900);
    expect(performance.now() - start).toBeLessThan(8000);
    expect(await exitCode(name)).toBe('137');
  });

  it('may take longer than other answers of the engine', async () => {
    await using rig = await engineRig({ engineTimeoutMs: 1000 });
    const { id } = await rig.client.call('container.create', { image: IMAGE, name: rig.name() });
    expect(await rig.client.call('container.stop', { target: id, timeoutMs: 2000 })).toMatchObject({ state: 'exited' });
  });

  it('is content with one that is stopped', async () => {
    await using rig = await engineRig();
    const { id, name } = await rig.client.call('container.create', { image: IMAGE, name: rig.name(), start: false });
    expect(await rig.client.call('container.stop', { target: name })).toEqual({ id, name, state: 'created' });
  });

  it('lets go of its container when cancelled', async () => {
    await using rig = await engineRig();
    const { name } = await rig.client.call('container.create', { image: IMAGE, name: rig.name() });
    const cancel = new AbortController();
    const stopping = rig.client.call('container.stop', { target: name, timeoutMs: 20_000 }, { signal: cancel.signal });
    setTimeout(() => cancel.abort(), 300);
    await expect(stopping).rejects.toMatchObject({ type: 'cancelled' });
    const start = performance.now();
    expect(await rig.client.call('container.remove', { target: name, force: true })).toMatchObject({
      state: 'removed',
    });
    expect(performance.now() - start).toBeLessThan(8000);
  });
});
