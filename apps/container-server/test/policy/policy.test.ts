import { hostname } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { creationSchema } from '@sextant/protocol/container-creation';
import { temporaryFolder } from '@sextant/testing/rig';
import type { z } from 'zod';
import { HostFolders } from '../../src/policy/host-folders.ts';
import { Policy, type Allowed } from '../../src/policy/policy.ts';
import { rulesSchema } from '../../src/policy/rules.ts';
import { policyFile } from '../policy-file.ts';
import { describeWithEngine, docker, engineRig, IMAGE } from '../real-engine.ts';

const MiB = 1024 ** 2;

function policyOf(rules: z.input<typeof rulesSchema>): Policy {
  const parsed = rulesSchema.parse(rules);
  return new Policy(parsed, new HostFolders(parsed.mounts, { guarded: [], isHere: true }));
}

function asked(rules: z.input<typeof rulesSchema>, params: object): Promise<Allowed> {
  return policyOf(rules).allowed(creationSchema.parse({ image: 'alpine', ...params }));
}

describe('a policy', () => {
  it.each<[string, z.input<typeof rulesSchema>, object]>([
    ['images', { images: ['nginx:*'] }, {}],
    ['images', { images: ['alpine:3'] }, {}],
    ['images', { images: ['alpine:latest'] }, { image: 'alpine@sha256:0' }],
    ['images', { images: [] }, {}],
    ['pull', { pull: false }, { pull: 'always' }],
    ['memoryBytes', { memoryBytes: { max: 64 * MiB } }, { memoryBytes: 64 * MiB + 1 }],
    ['cpus', { cpus: { max: 1 } }, { cpus: 1.01 }],
    ['ports', { ports: { max: 1 } }, { ports: [{ container: 1 }, { container: 2 }] }],
    ['ports', { ports: { host: [{ from: 8000, to: 8001 }] } }, { ports: [{ container: 80, host: 8002 }] }],
    ['privileged', {}, { privileged: true }],
    ['hostNamespaces', { hostNamespaces: ['pid', 'ipc', 'uts'] }, { hostNamespaces: ['pid', 'network'] }],
    ['devices', { devices: ['/dev/fuse'] }, { devices: [{ path: '/dev/fuse' }, { path: '/dev/fuse/x' }] }],
    ['devices', {}, { devices: [{ path: '/dev/sda', as: '/dev/fuse' }] }],
    ['mounts', {}, { mounts: [{ source: '/srv', target: '/srv' }] }],
  ])('refuses by %s: %j does not allow %j', async (member, rules, params) => {
    await expect(asked(rules, params)).rejects.toMatchObject({
      type: 'forbidden',
      message: expect.stringContaining(`. Ask who runs this service to allow it in its policy file ("${member}").`),
      data: { policy: member },
    });
  });

  it('allows what it names', async () => {
    const params = {
      image: 'registry.lab:5000/a/b@sha256:0',
      pull: 'always',
      memoryBytes: 64 * MiB,
      cpus: 1,
      ports: [{ container: 80, host: 8001, protocol: 'tcp' }],
      privileged: true,
      hostNamespaces: ['network'],
      devices: [{ path: '/dev/fuse', as: '/dev/x' }],
      mounts: [{ source: '/srv', target: '/srv', write: true }],
    };
    const rules = {
      images: ['alpine:*', 'registry.lab:5000/*'],
      memoryBytes: { max: 64 * MiB },
      cpus: { max: 1 },
      ports: {
        host: [
          { from: 1, to: 1 },
          { from: 8000, to: 8001 },
        ],
        max: 1,
      },
      privileged: true,
      hostNamespaces: ['network' as const],
      devices: ['/dev/fuse'],
      mounts: [{ source: '/srv', write: true }],
    };
    expect(await asked(rules, params)).toMatchObject({ ...params, processes: 2048 });
  });

  it('gives the usual amount, or else the most, where none is asked for', async () => {
    const rules = { memoryBytes: { default: 32 * MiB, max: 64 * MiB }, cpus: { max: 2 }, processes: 7 };
    expect(await asked(rules, {})).toMatchObject({ memoryBytes: 32 * MiB, cpus: 2, processes: 7, freePort: '' });
    expect(await asked(rules, { memoryBytes: 48 * MiB, cpus: 1 })).toMatchObject({ memoryBytes: 48 * MiB, cpus: 1 });
    const limited = { ports: { host: [{ from: 8000, to: 8001 }] } };
    expect(await asked(limited, { ports: [{ container: 80 }] })).toMatchObject({ freePort: '8000-8001' });
  });

  it('of images and pulls holds for every pull', () => {
    expect(() => policyOf({ pull: false }).checkPull('alpine')).toThrow('lets no image be pulled');
    expect(() => policyOf({ images: ['alpine:3*'] }).checkPull('alpine')).toThrow('"alpine:latest" is none of those');
    expect(() => policyOf({ images: ['alpine:*'] }).checkPull('alpine')).not.toThrow();
  });
});

describeWithEngine('at the engine, a policy', () => {
  it('refuses all access to the host unless it allows that, and nothing is made', async () => {
    await using rig = await engineRig();
    const name = rig.name();
    for (const asked of [
      { privileged: true },
      { hostNamespaces: ['pid' as const] },
      { devices: [{ path: '/dev/fuse' }] },
      { mounts: [{ source: '/', target: '/host' }] },
    ]) {
      await expect(rig.client.call('container.create', { image: IMAGE, name, ...asked })).rejects.toMatchObject({
        type: 'forbidden',
        data: { policy: Object.keys(asked)[0] },
      });
    }
    expect(await docker('ps', '--all', '--quiet', '--filter', `name=^${name}$`)).toBe('');
  });

  it('lets a container have what it allows, and no more', async () => {
    await using folder = await temporaryFolder();
    await using policy = await policyFile({
      hostNamespaces: ['network', 'pid', 'ipc', 'uts'],
      devices: ['/dev/null'],
      mounts: [{ source: folder.path }, { source: folder.path, write: true }],
    });
    await using rig = await engineRig({ policy: policy.path });
    const name = rig.name();
    await rig.client.call('container.create', {
      image: IMAGE,
      name,
      hostNamespaces: ['network', 'pid', 'ipc', 'uts'],
      devices: [{ path: '/dev/null', as: '/dev/nothing' }],
      mounts: [
        { source: folder.path, target: '/read' },
        { source: folder.path, target: '/write', write: true },
      ],
    });
    const inside = (command: string): Promise<string> => docker('exec', name, 'sh', '-c', command);
    expect(await inside('hostname')).toBe(hostname());
    expect(await inside('echo hello >/write/a; cat /read/a; echo x >/dev/nothing && echo taken')).toBe('hello\ntaken');
    await expect(inside('echo x >/read/b')).rejects.toThrow('Read-only file system');
    expect(await docker('inspect', '--format', '{{json .HostConfig}}', name)).toContain('"Privileged":false');
    const modes = '{{.HostConfig.NetworkMode}} {{.HostConfig.PidMode}} {{.HostConfig.IpcMode}} {{.HostConfig.UTSMode}}';
    expect(await docker('inspect', '--format', modes, name)).toBe('host host host host');
  });

  it('lets a container be privileged where it says so', async () => {
    await using policy = await policyFile({ privileged: true });
    await using rig = await engineRig({ policy: policy.path });
    const name = rig.name();
    await rig.client.call('container.create', { image: IMAGE, name, privileged: true, start: false });
    expect(await docker('inspect', '--format', '{{.HostConfig.Privileged}}', name)).toBe('true');
  });

  it('gives limits, and free ports of its ranges', async () => {
    await using policy = await policyFile({
      memoryBytes: { max: 64 * MiB },
      cpus: { default: 0.5 },
      ports: { host: [{ from: 18_000, to: 18_099 }] },
    });
    await using rig = await engineRig({ policy: policy.path });
    const name = rig.name();
    await rig.client.call('container.create', { image: IMAGE, name, ports: [{ container: 80 }, { container: 81 }] });
    const { memoryBytes, cpus, ports } = await rig.client.call('container.inspect', { target: name });
    expect({ memoryBytes, cpus }).toEqual({ memoryBytes: 64 * MiB, cpus: 0.5 });
    expect(ports.map(({ host = 0 }) => Math.floor(host / 100))).toEqual([180, 180]);
  });

  it('pulls nothing where it says so, neither by itself nor when asked', async () => {
    await using policy = await policyFile({ pull: false });
    await using rig = await engineRig({ policy: policy.path });
    const image = '127.0.0.1:1/sextant/nothing';
    for (const asked of [
      rig.client.call('image.pull', { image }),
      rig.client.call('container.create', { image }),
      rig.client.call('container.create', { image, pull: 'always' }),
    ])
      await expect(asked).rejects.toMatchObject({ type: 'forbidden', data: { policy: 'pull' } });
    await expect(rig.client.call('container.create', { image, pull: 'never' })).rejects.toMatchObject({
      type: 'not_found',
    });
  });
});
