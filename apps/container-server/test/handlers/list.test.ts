import { expect, it } from '@jest/globals';
import { describeWithEngine, docker, engineRig, IMAGE } from '../real-engine.ts';

describeWithEngine('container.list', () => {
  it('shows what runs, and with all what does not', async () => {
    await using rig = await engineRig();
    const [running, stopped] = [rig.name(), rig.name()];
    const made = await rig.client.call('container.create', {
      image: IMAGE,
      name: running,
      ports: [{ container: 80 }, { container: 53, protocol: 'udp' }],
    });
    await rig.client.call('container.create', { image: IMAGE, name: stopped, start: false });
    const some = (await rig.client.call('container.list', {})).items;
    expect(some.find(({ name }) => name === running)).toEqual({
      id: made.id,
      name: running,
      image: `${IMAGE}:latest`,
      owner: 'local',
      state: 'running',
      status: expect.stringMatching(/^Up /),
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      ports: expect.arrayContaining([
        { container: 80, host: expect.any(Number), protocol: 'tcp' },
        { container: 53, host: expect.any(Number), protocol: 'udp' },
      ]),
    });
    expect(some.some(({ name }) => name === stopped)).toBe(false);
    const all = (await rig.client.call('container.list', { all: true })).items;
    expect(all.find(({ name }) => name === stopped)).toMatchObject({ state: 'created' });
  });

  it('shows only what was made here', async () => {
    await using rig = await engineRig();
    const name = rig.name();
    await docker('run', '--detach', '--name', name, IMAGE);
    const { items } = await rig.client.call('container.list', { all: true });
    expect(items.some((item) => item.name === name)).toBe(false);
  });

  it('begins with the newest, page by page', async () => {
    await using rig = await engineRig();
    const names = [rig.name(), rig.name(), rig.name()];
    for (const name of names) {
      await rig.client.call('container.create', { image: IMAGE, name, start: false });
      // The engine tells the time of creation in seconds.
      await new Promise((resolve) => setTimeout(resolve, 1001));
    }
    const seen: string[] = [];
    let next: string | undefined;
    do {
      const page = await rig.client.call('container.list', { all: true, limit: 1, next });
      expect(page.items.length).toBeLessThanOrEqual(1);
      seen.push(...page.items.map(({ name }) => name));
      next = page.next;
    } while (next);
    expect(seen.filter((name) => names.includes(name))).toEqual(names.toReversed());
  });
});
