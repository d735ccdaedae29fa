import { expect, it } from '@jest/globals';
import { describeWithEngine, docker, engineRig, IMAGE } from '../real-engine.ts';

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

describeWithEngine('container.inspect', () => {
  it('tells all of one that runs', async () => {
    await using rig = await engineRig();
    const { id, name } = await rig.client.call('container.create', {
      image: IMAGE,
      name: rig.name(),
      command: ['sleep', '60'],
      env: { WORD: 'a=b c', EMPTY: '' },
      ports: [{ container: 80 }],
    });
    const address = await docker('inspect', '--format', '{{.NetworkSettings.IPAddress}}', name);
    for (const target of [name, id, id.slice(0, 12)]) {
      expect(await rig.client.call('container.inspect', { target })).toEqual({
        id,
        name,
        image: `${IMAGE}:latest`,
        state: 'running',
        status: expect.stringMatching(/^Up /),
        createdAt: TIME,
        ports: [{ container: 80, host: expect.any(Number), protocol: 'tcp' }],
        command: ['sleep', '60'],
        env: { PATH: '/bin', WORD: 'a=b c', EMPTY: '' },
        labels: {},
        startedAt: TIME,
        endedAt: null,
        exitCode: null,
        oomKilled: false,
        restartCount: 0,
        restart: 'no',
        addresses: [{ network: 'bridge', address }],
        owner: 'local',
      });
    }
  });

  it('tells how one has ended, and what never ran', async () => {
    await using rig = await engineRig();
    const { name } = await rig.client.call('container.create', {
      image: IMAGE,
      name: rig.name(),
      command: ['sh', '-c', 'exit 3'],
      start: false,
    });
    const before = { state: 'created', startedAt: null, endedAt: null, exitCode: null, addresses: [] };
    expect(await rig.client.call('container.inspect', { target: name })).toMatchObject(before);
    await docker('start', '--attach', name).catch(() => {});
    expect(await rig.client.call('container.inspect', { target: name })).toMatchObject({
      state: 'exited',
      status: expect.stringMatching(/^Exited \(3\)/),
      startedAt: TIME,
      endedAt: TIME,
      exitCode: 3,
    });
  });

  it('tells limits, health and policy of one that has them', async () => {
    await using rig = await engineRig();
    const name = rig.name();
    const limits = ['--memory', '64m', '--cpus', '0.5', '--restart', 'unless-stopped'];
    const labels = ['--label', 'sextant.managed=true', '--label', 'who=ann'];
    await docker('run', '-d', '--name', name, ...limits, ...labels, '--health-cmd', 'true', IMAGE);
    expect(await rig.client.call('container.inspect', { target: name })).toMatchObject({
      memoryBytes: 64 * 1024 * 1024,
      cpus: 0.5,
      restart: 'unless-stopped',
      health: expect.stringMatching(/^(starting|healthy)$/),
      labels: { who: 'ann' },
    });
  });

  it('tells what one has of the host', async () => {
    await using rig = await engineRig();
    const name = rig.name();
    const host = ['--pid', 'host', '--device', '/dev/null:/dev/nothing', '--volume', '/tmp:/x:ro'];
    await docker('create', '--name', name, '--label', 'sextant.managed=true', ...host, IMAGE);
    expect((await rig.client.call('container.inspect', { target: name })).host).toEqual({
      privileged: false,
      hostNamespaces: ['pid'],
      devices: [{ path: '/dev/null', as: '/dev/nothing' }],
      mounts: [{ source: '/tmp', target: '/x', write: false }],
    });
  });

  it('cuts what is too long for a line', async () => {
    await using rig = await engineRig();
    const value = 'x'.repeat(40_000);
    const name = rig.name();
    const labels = ['--label', 'sextant.managed=true', '--label', `long=${value}`];
    await docker('create', '--name', name, ...labels, '--env', `LONG=${value}`, IMAGE);
    const { env, labels: told } = await rig.client.call('container.inspect', { target: name });
    expect(env['LONG']).toBe(`${'x'.repeat(4096)}...`);
    expect(told).toEqual({ long: `${'x'.repeat(4096)}...` });
  });

  it('says nothing of what was not made here', async () => {
    await using rig = await engineRig();
    const name = rig.name();
    await docker('create', '--name', name, IMAGE);
    await expect(rig.client.call('container.inspect', { target: name })).rejects.toMatchObject({ type: 'forbidden' });
  });
});
