import { describe, expect, it } from '@jest/globals';
import { containerService } from '@sextant/protocol/container';
import { creation } from '../../src/container/creation.ts';
import { NO_MARKS } from '../../src/container/labels.ts';

const schema = containerService.methods['container.create'].params;
/** Where no policy says anything. */
const USUAL = { processes: 2048, freePort: '' };
/** All that a caller can say. */
const EVERYTHING = schema.parse({
  image: 'x',
  name: 'n',
  command: ['a', 'b'],
  env: { A: '1', B: 'x=y' },
  ports: [{ container: 80, host: 8080 }, { container: 80 }, { container: 53, protocol: 'udp' }],
  memoryBytes: 64 * 1024 * 1024,
  cpus: 1.1,
  restart: 'on-failure',
  labels: { who: 'ann' },
  tty: true,
  stdin: true,
  privileged: true,
  hostNamespaces: ['network', 'pid', 'ipc', 'uts'],
  devices: [{ path: '/dev/fuse' }, { path: '/dev/sda', as: '/dev/disk' }],
  mounts: [
    { source: '/srv/data', target: '/data' },
    { source: '/srv/out', target: '/out', write: true },
  ],
  start: true,
  pull: 'always',
  ttlMs: 1000,
  leash: true,
});

describe('creation', () => {
  it('is the template and what the schema lets a caller fill in', () => {
    expect(creation({ ...EVERYTHING, ...USUAL }, 'x:latest', '127.0.0.1', 'ann', { 'sextant.key': 'k' })).toEqual({
      Image: 'x:latest',
      Cmd: ['a', 'b'],
      Env: ['A=1', 'B=x=y'],
      Labels: { who: 'ann', ...NO_MARKS, 'sextant.managed': 'true', 'sextant.owner': 'ann', 'sextant.key': 'k' },
      Tty: true,
      OpenStdin: true,
      ExposedPorts: { '80/tcp': {}, '53/udp': {} },
      HostConfig: {
        LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
        PortBindings: {
          '80/tcp': [
            { HostIp: '127.0.0.1', HostPort: '8080' },
            { HostIp: '127.0.0.1', HostPort: '' },
          ],
          '53/udp': [{ HostIp: '127.0.0.1', HostPort: '' }],
        },
        RestartPolicy: { Name: 'on-failure' },
        PidsLimit: 2048,
        Memory: 67_108_864,
        NanoCpus: 1_100_000_000,
        Privileged: true,
        NetworkMode: 'host',
        PidMode: 'host',
        IpcMode: 'host',
        UTSMode: 'host',
        Devices: [
          { PathOnHost: '/dev/fuse', PathInContainer: '/dev/fuse', CgroupPermissions: 'rw' },
          { PathOnHost: '/dev/sda', PathInContainer: '/dev/disk', CgroupPermissions: 'rw' },
        ],
        Mounts: [
          { Type: 'bind', Source: '/srv/data', Target: '/data', ReadOnly: true },
          { Type: 'bind', Source: '/srv/out', Target: '/out', ReadOnly: false },
        ],
      },
    });
  });

  it("knows every member of the method's params", () => {
    expect(Object.keys(EVERYTHING).sort()).toEqual(Object.keys(schema.shape).sort());
  });

  it('sets no limits where none are given', () => {
    const { HostConfig } = creation({ ...schema.parse({ image: 'x' }), ...USUAL }, 'x:latest', '127.0.0.1', 'ann');
    expect(HostConfig).toMatchObject({ RestartPolicy: { Name: 'no' } });
    expect(Object.keys(HostConfig).sort()).toEqual(['LogConfig', 'PidsLimit', 'PortBindings', 'RestartPolicy']);
  });

  it.each(['sextant.managed', 'sextant.x', 'a b', '', '-x', 'x'.repeat(129)])('takes no label %j', (label) => {
    expect(schema.safeParse({ image: 'x', labels: { [label]: '' } }).success).toBe(false);
  });

  it("leaves the image's own command where none is given", () => {
    expect(creation({ ...schema.parse({ image: 'x' }), ...USUAL }, 'x:latest', '127.0.0.1', 'ann')).not.toHaveProperty(
      'Cmd',
    );
  });
});
