import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { Tokens } from '@sextant/service/identity/tokens';
import { describeWithEngine, execute, IMAGE, start } from './containers.ts';
import { jsonLines } from './services.ts';
import { run } from './sextant.ts';

/** The command line of somebody with these scopes. */
async function as(rig: { home: string; where: readonly string[] }, name: string, ...scopes: string[]) {
  const { token = '' } = await new Tokens(rig.home).create({ name, scopes });
  const file = join(rig.home, `${name}.token`);
  await writeFile(file, token, { mode: 0o600 });
  return (...args: string[]) => run([...rig.where, '--token-file', file, 'container', ...args]);
}

describeWithEngine('on a service that others use too', () => {
  it('tells whose containers are, and leaves those of others alone', async () => {
    await using rig = await start();
    const ann = await as(rig, 'ann', 'container:create', 'container:read', 'container:manage');
    const [hers, ours] = [rig.name(), rig.name()];
    await ann('create', IMAGE, '--name', hers);
    await rig.cli('create', IMAGE, '--name', ours);
    const { stdout } = await ann('ls');
    expect(stdout).toMatch(/^NAME .* OWNER\n/);
    expect(stdout).toMatch(new RegExp(`^${hers} .* ann$`, 'm'));
    expect(stdout).toMatch(new RegExp(`^${ours} .* local$`, 'm'));
    expect(await ann('rm', '-f', ours)).toMatchObject({
      stdout: '',
      stderr: expect.stringContaining(`"${ours}" belongs to "local", and "ann" lacks the scope "container:others"`),
    });
    expect(await ann('stats', '--no-stream')).toMatchObject({
      code: 0,
      stdout: expect.not.stringContaining(ours),
      stderr: '',
    });
    expect((await rig.cli('inspect', hers)).stdout).toMatch(/^owner +ann$/m);
    expect(await rig.cli('rm', '-f', hers)).toMatchObject({ code: 0 });
  });

  it('asks for what is of the host, where the policy allows it', async () => {
    const policy = { hostNamespaces: ['uts'], devices: ['/dev/null'], mounts: [{ source: '/srv' }] };
    await using folder = await start();
    const file = join(folder.home, 'policy.json');
    await writeFile(file, JSON.stringify(policy));
    await using rig = await start({ CONTAINER_SERVER_POLICY: file });
    const name = rig.name();
    const wishes = ['--host-namespace', 'uts', '--device', '/dev/null:/dev/x', '--mount', '/srv:/data'];
    const made = await rig.cli('create', IMAGE, '--name', name, ...wishes);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    const { stdout } = await execute('docker', ['inspect', '--format', '{{json .HostConfig}}', name]);
    expect(jsonLines(stdout)).toMatchObject([
      {
        Privileged: false,
        UTSMode: 'host',
        Devices: [{ PathOnHost: '/dev/null', PathInContainer: '/dev/x' }],
        Mounts: [{ Source: '/srv', Target: '/data', ReadOnly: true }],
      },
    ]);
    for (const [member, ...asked] of [
      ['mounts', '--mount', '/srv:/data:rw'],
      ['privileged', '--privileged'],
    ] as const) {
      expect(await rig.cli('create', IMAGE, ...asked)).toMatchObject({
        code: 5,
        stdout: '',
        stderr: expect.stringContaining(`Ask who runs this service to allow it in its policy file ("${member}").`),
      });
    }
  });
});

it.each([
  ['--host-namespace', 'user', 'It is one of network, pid, ipc, uts.'],
  ['--device', ':', 'It is PATH or PATH:PATH'],
  ['--mount', '/srv', 'It is SOURCE:TARGET'],
  ['--mount', '/srv:/data:ro', 'It is SOURCE:TARGET'],
])('refuses %s %s', async (option, value, wrong) => {
  expect(await run(['container', 'create', IMAGE, option, value])).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining(wrong),
  });
});
