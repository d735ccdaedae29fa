import { expect, it } from '@jest/globals';
import { describeWithEngine, docker, engineRig, IMAGE } from '../real-engine.ts';
import { policyFile } from '../policy-file.ts';
import { builtImage, imageName, startUpdate } from '../updating.ts';

/** Hands a container over that is made elsewhere. */
const HANDED_OVER = ['--label', 'sextant.managed=true'];

/** What a container of others has, and how it is named. */
const FOREIGN: [words: string[], told: string][] = [
  [['--user', '1000:1000'], 'User 1000:1000'],
  [['--workdir', '/tmp'], 'WorkingDir /tmp'],
  [['--entrypoint', 'sh'], 'Entrypoint, no Cmd'],
  [['--hostname', 'web'], 'Hostname web'],
  [['--domainname', 'lab'], 'Domainname lab'],
  [['--health-cmd', 'true'], 'Healthcheck'],
  [['--stop-signal', 'INT'], 'StopSignal INT'],
  [['--stop-timeout', '3'], 'StopTimeout 3'],
  [['--expose', '81'], 'ExposedPorts 81/tcp'],
  [['--volume', '/data'], 'Volumes'],
  [['--interactive'], 'StdinOnce'],
  [['--cpu-shares', '10'], 'CpuShares 10'],
  [['--shm-size', '128m'], 'ShmSize 134217728'],
  [['--memory', '64m', '--memory-swap', '80m'], 'MemorySwap 83886080'],
  [['--ipc', 'shareable'], 'IpcMode shareable'],
  [['--pids-limit', '5'], 'PidsLimit 5'],
  [['--device', '/dev/null'], 'Devices'],
  [['--mount', 'type=bind,source=/tmp,target=/x,bind-propagation=shared'], 'Mounts'],
  [['--security-opt', 'systempaths=unconfined'], 'MaskedPaths, ReadonlyPaths'],
  [['--security-opt', 'seccomp=unconfined'], 'SecurityOpt'],
  [['--publish', '80/sctp'], 'PortBindings'],
  [['--oom-score-adj', '5'], 'OomScoreAdj 5'],
  [['--init', '--read-only', '--tmpfs', '/x'], 'Init, ReadonlyRootfs, Tmpfs'],
  [['--restart', 'always', '--dns', '10.0.0.1'], 'Dns'],
];

describeWithEngine('what an update would lose', () => {
  it('is refused, whatever others gave a container', async () => {
    await using rig = await engineRig();
    for (const [words, told] of FOREIGN) {
      const name = rig.name();
      await docker('create', '--name', name, ...HANDED_OVER, ...words, IMAGE);
      await expect(startUpdate(rig.client, { target: name, dryRun: true }).result).rejects.toMatchObject({
        type: 'conflict',
        message: `${name} has what this service does not give, and it would be lost: ${told}. Make it anew where it was made.`,
      });
    }
  });

  it('is nothing of what others made with what this service has too', async () => {
    await using rig = await engineRig();
    await using image = await builtImage(
      imageName(),
      `FROM ${IMAGE}`,
      'USER 1000:1000',
      'WORKDIR /tmp',
      'VOLUME /data',
      'EXPOSE 81',
      'STOPSIGNAL INT',
      'HEALTHCHECK CMD true',
      'ENTRYPOINT ["sleep"]',
    );
    const name = rig.name();
    const words = '--tty --publish 80 --memory 64m --cpus 0.5 --restart on-failure:3 --env A=1'.split(' ');
    await docker('create', '--name', name, ...HANDED_OVER, ...words, image.name, '1000');
    for (const A of ['2', '3'])
      expect(await startUpdate(rig.client, { target: name, env: { A } }).result).toMatchObject({ updated: true });
    const format =
      '{{.Config.User}} {{.Config.Tty}} {{.Config.Cmd}} {{.HostConfig.Memory}} {{json .HostConfig.RestartPolicy}}';
    expect(await docker('inspect', '--format', format, name)).toBe(
      '1000:1000 true [1000] 67108864 {"Name":"on-failure","MaximumRetryCount":3}',
    );
  });

  it('is nothing of what an engine gives a container that runs', async () => {
    await using rig = await engineRig();
    for (const network of ['bridge', 'host']) {
      const name = rig.name();
      await docker('run', '--detach', '--name', name, ...HANDED_OVER, '--network', network, IMAGE);
      const update = startUpdate(rig.client, { target: name, dryRun: true });
      if (network === 'host') await expect(update.result).rejects.toMatchObject({ data: { policy: 'hostNamespaces' } });
      else expect(await update.result).toMatchObject({ updated: false });
    }
  });

  it('is told where it was taken from the image, and where that is gone', async () => {
    await using image = await builtImage(imageName(), `FROM ${IMAGE}`, 'USER 1000', 'ENTRYPOINT ["sleep"]');
    await using rig = await engineRig();
    const [emptied, foreign, own] = [rig.name(), rig.name(), rig.name()];
    await docker('create', '--name', emptied, ...HANDED_OVER, '--entrypoint', '', image.name, 'true');
    await docker('create', '--name', foreign, ...HANDED_OVER, image.name, '1000');
    await rig.client.call('container.create', { image: image.name, name: own, command: ['1000'], start: false });
    const update = (target: string) => startUpdate(rig.client, { target, image: IMAGE, command: [] }).result;
    await expect(update(emptied)).rejects.toMatchObject({
      message: expect.stringContaining('lost: no Entrypoint. Make'),
    });
    await docker('rmi', '--force', await docker('image', 'inspect', '--format', '{{.Id}}', image.name));
    await expect(update(foreign)).rejects.toMatchObject({
      message: expect.stringContaining(
        'lost: Entrypoint, User 1000. The image that it was made from is not here any more',
      ),
    });
    expect(await update(own)).toMatchObject({ updated: true });
  });

  it('is never anything of what this service gives, before and after updates', async () => {
    await using policy = await policyFile({
      privileged: true,
      hostNamespaces: ['network', 'pid', 'ipc', 'uts'],
      devices: ['/dev/null'],
      mounts: [{ source: '/usr', write: true }],
    });
    await using image = await builtImage(imageName(), `FROM ${IMAGE}`, 'VOLUME /data', 'USER 1000', 'EXPOSE 81');
    await using rig = await engineRig({ policy: policy.path });
    const given: object[] = [
      { memoryBytes: 64 * 1024 ** 2, cpus: 0.5, tty: true, stdin: true, restart: 'always', ports: [{ container: 80 }] },
      { devices: [{ path: '/dev/null', as: '/dev/x' }], labels: { a: 'b' }, env: { B: '1' }, command: ['true'] },
      {
        mounts: [
          { source: '/usr', target: '/x' },
          { source: '/usr', target: '/y', write: true },
        ],
      },
      { privileged: true, hostNamespaces: ['network', 'pid'] },
      { hostNamespaces: ['ipc', 'uts'], ttlMs: 600_000 },
    ];
    for (const params of given) {
      const name = rig.name();
      await rig.client.call('container.create', { image: image.name, name, start: false, ...params });
      const host = await hostOf(name);
      for (const A of ['1', '2'])
        expect(await startUpdate(rig.client, { target: name, env: { A } }).result).toMatchObject({ updated: true });
      expect(await hostOf(name)).toEqual({ ...host, VolumesFrom: expect.any(Array) });
    }
  });

  it('is told of what others made from an image of what this service made', async () => {
    await using image = await builtImage(
      imageName(),
      `FROM ${IMAGE}`,
      'LABEL sextant.managed=true sextant.key=k sextant.update=x',
    );
    await using rig = await engineRig();
    const [foreign, own] = [rig.name(), rig.name()];
    await docker('create', '--name', foreign, '--user', '1000', image.name);
    await rig.client.call('container.create', { image: image.name, name: own, start: false });
    await expect(startUpdate(rig.client, { target: foreign, dryRun: true }).result).rejects.toMatchObject({
      message: expect.stringContaining('lost: User 1000.'),
    });
    for (const A of ['1', '2'])
      expect(await startUpdate(rig.client, { target: own, env: { A } }).result).toMatchObject({ updated: true });
  });

  it('is told of what others changed later', async () => {
    await using rig = await engineRig();
    const name = rig.name();
    const memoryBytes = 64 * 1024 ** 2;
    await rig.client.call('container.create', { image: IMAGE, name, start: false, memoryBytes });
    await docker('update', '--cpu-shares', '10', '--memory-swap', '80m', name);
    await expect(startUpdate(rig.client, { target: name, dryRun: true }).result).rejects.toMatchObject({
      type: 'conflict',
      message: expect.stringContaining('lost: CpuShares 10, MemorySwap 83886080.'),
    });
  });

  it('is not what volumes of others bring of the host', async () => {
    await using rig = await engineRig();
    const [other, name] = [rig.name(), rig.name()];
    await docker('create', '--name', other, '--volume', '/tmp:/x', IMAGE);
    await docker('create', '--name', name, ...HANDED_OVER, '--volumes-from', other, IMAGE);
    await expect(startUpdate(rig.client, { target: name, dryRun: true }).result).rejects.toMatchObject({
      message: expect.stringContaining('lost: the bind at /x.'),
    });
  });
});

async function hostOf(name: string): Promise<object> {
  return JSON.parse(await docker('inspect', '--format', '{{json .HostConfig}}', name)) as object;
}
