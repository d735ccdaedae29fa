import { describe, expect, it } from '@jest/globals';
import { containerService } from '@sextant/protocol/container';
import { creation } from '../../src/container/creation.ts';

const schema = containerService.methods['container.create'].params;
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
  start: true,
  pull: 'always',
  ttlMs: 1000,
  leash: true,
});

describe('creation', () => {
  it('is the template and what the schema lets a caller fill in', () => {
    expect(creation(EVERYTHING, 'x:latest', '127.0.0.1', { 'sextant.key': 'k' })).toEqual({
      Image: 'x:latest',
      Cmd: ['a', 'b'],
      Env: ['A=1', 'B=x=y'],
      Labels: { who: 'ann', 'sextant.managed': 'true', 'sextant.owner': 'local', 'sextant.key': 'k' },
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
        Memory: 67_108_864,
        NanoCpus: 1_100_000_000,
      },
    });
  });

  it("knows every member of the method's params", () => {
    expect(Object.keys(EVERYTHING).sort()).toEqual(Object.keys(schema.shape).sort());
  });

  it('sets no limits where none are given', () => {
    const { HostConfig } = creation(schema.parse({ image: 'x' }), 'x:latest', '127.0.0.1');
    expect(HostConfig).toMatchObject({ RestartPolicy: { Name: 'no' } });
    expect(Object.keys(HostConfig).sort()).toEqual(['LogConfig', 'PortBindings', 'RestartPolicy']);
  });

  it.each(['sextant.managed', 'sextant.x', 'a b', '', '-x', 'x'.repeat(129)])('takes no label %j', (label) => {
    expect(schema.safeParse({ image: 'x', labels: { [label]: '' } }).success).toBe(false);
  });

  it("leaves the image's own command where none is given", () => {
    expect(creation(schema.parse({ image: 'x' }), 'x:latest', '127.0.0.1')).not.toHaveProperty('Cmd');
  });
});
