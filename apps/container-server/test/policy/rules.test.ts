import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { readRules } from '../../src/policy/rules.ts';
import { appAt } from '../app.ts';
import { policyFile } from '../policy-file.ts';

const EXAMPLE = fileURLToPath(new URL('../../policy.example.json', import.meta.url));

describe('a policy file', () => {
  it('that is the example is read', () => {
    expect(readRules(EXAMPLE)).toMatchObject({
      images: ['alpine:*', 'nginx:*', 'registry.lab:5000/*'],
      memoryBytes: { default: 512 * 1024 ** 2, max: 4 * 1024 ** 3 },
      ports: { host: [{ from: 8000, to: 8999 }], max: 4 },
      containersPerOwner: 20,
      mounts: [
        { source: '/srv/data', write: false },
        { source: '/srv/out', write: true },
      ],
    });
  });

  it('that is the example is the one of the README', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    expect(readme).toContain(`\`\`\`json\n${readFileSync(EXAMPLE, 'utf8')}\`\`\``);
  });

  it('allows nothing dangerous where it says nothing, as none at all', async () => {
    await using file = await policyFile({});
    const usual = {
      pull: true,
      memoryBytes: {},
      cpus: {},
      processes: 2048,
      ports: {},
      privileged: false,
      hostNamespaces: [],
      devices: [],
      mounts: [],
    };
    expect(readRules(file.path)).toEqual(usual);
    expect(readRules(undefined)).toEqual(usual);
  });

  it.each([
    [{ privilege: true }, 'privilege'],
    [{ privileged: 'yes' }, 'privileged: '],
    [{ images: ['a*:b'] }, 'images.0: must be the full name of an image'],
    [{ memoryBytes: { default: 2e9, max: 1e9 } }, 'memoryBytes: has a default above its max'],
    [{ memoryBytes: { max: 1 } }, 'memoryBytes.max: '],
    [{ cpus: 2 }, 'cpus: '],
    [{ processes: 0 }, 'processes: '],
    [{ ports: { host: [{ from: 2, to: 1 }] } }, 'ports.host.0: must have a "from" that is not above its "to"'],
    [{ ports: { host: [{ from: 1 }] } }, 'ports.host.0.to: '],
    [{ containersPerOwner: -1 }, 'containersPerOwner: '],
    [{ hostNamespaces: ['cgroup'] }, 'hostNamespaces.0: '],
    [{ devices: ['dev/fuse'] }, 'devices.0: must be an absolute path'],
    [{ mounts: [{ source: '/srv/../etc' }] }, 'mounts.0.source: must be an absolute path'],
    [{ mounts: [{ source: '/srv/' }] }, 'mounts.0.source: must be an absolute path'],
    [{ mounts: ['/srv'] }, 'mounts.0: '],
    ['[]', 'is wrong: '],
    ['', 'cannot be read: '],
    ['{"pull": tru}', 'cannot be read: '],
  ])('%j is refused at the start, by name', async (content, wrong) => {
    await using file = await policyFile(content);
    await expect(appAt(undefined, { policy: file.path })).rejects.toMatchObject({
      name: 'ConfigError',
      message: expect.stringMatching(/^the policy file .*policy\.json /),
    });
    expect(() => readRules(file.path)).toThrow(wrong);
  });

  it('that is not there is refused', async () => {
    await expect(appAt(undefined, { policy: '/no/such.json' })).rejects.toThrow(
      'the policy file /no/such.json cannot be read: ENOENT',
    );
  });
});
