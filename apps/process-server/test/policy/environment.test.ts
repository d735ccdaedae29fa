import { describe, expect, it } from '@jest/globals';
import { passedOn } from '../../src/policy/environment.ts';
import { launch } from '../launch/launch.ts';
import { temporaryFolder } from '@sextant/testing/rig';
import { bash, collect, start, type Processes } from '../rig.ts';
import { policyFile } from './policy-file.ts';

/** Names and values of what a program finds set. */
async function environmentOf(client: Processes, env: Record<string, string> = {}): Promise<Record<string, string>> {
  const { stdout } = await collect(client.open('process.run', { program: 'env', args: ['-0'], env }));
  const lines = stdout.toString().split('\0').slice(0, -1);
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

describe('the environment of a program', () => {
  it('is that of a login, what is given with it, and its run; nothing else of the service', async () => {
    await using home = await temporaryFolder();
    const env = { API_KEY: 'secret', NODE_OPTIONS: '--no-warnings', LC_ALL: 'C.UTF-8', JAVA_HOME: '/java' };
    await using policy = await policyFile({ environment: ['JAVA_*'] });
    await using service = await launch(home.path, { env: { ...env, PROCESS_SERVER_POLICY: policy.path } });
    const found = await environmentOf(service.client, { GIVEN: 'yes' });
    expect(found).toMatchObject({ GIVEN: 'yes', LC_ALL: 'C.UTF-8', JAVA_HOME: '/java', PATH: process.env['PATH'] });
    expect(found).not.toHaveProperty('API_KEY');
    expect(found).not.toHaveProperty('NODE_OPTIONS');
    const usual = Object.keys(passedOn(process.env));
    const expected = new Set([...usual, 'SHLVL', 'GIVEN', 'LC_ALL', 'JAVA_HOME', 'SEXTANT_RUN']);
    expect(Object.keys(found).filter((name) => !expected.has(name))).toEqual([]);
    // Nor is it to be found where its parent keeps it.
    const { stdout } = await bash(service.client, 'tr "\\0" "\\n" </proc/$PPID/environ');
    expect(stdout.toString()).not.toContain('API_KEY');
    expect(stdout.toString()).toContain('LC_ALL=');
  });

  it.each([
    'LD_PRELOAD',
    'LD_LIBRARY_PATH',
    'DYLD_INSERT_LIBRARIES',
    'GLIBC_TUNABLES',
    'PATH',
    'ENV',
    'BASH_ENV',
    'BASH_FUNC_ls',
    'IFS',
    'PS4',
    'SHELLOPTS',
    'NODE_OPTIONS',
    'NODE_PATH',
    'PYTHONPATH',
    'PYTHONSTARTUP',
    'PERL5OPT',
    'PERLLIB',
    'RUBYOPT',
    'GIT_SSH_COMMAND',
    'XDG_CONFIG_HOME',
    'SHELL',
    'OPENSSL_CONF',
    'npm_config_script_shell',
    'BUNDLE_GEMFILE',
    'CARGO_BUILD_RUSTC_WRAPPER',
    'MAKEFLAGS',
    'SEXTANT_HOME',
    'SEXTANT_RUN',
  ])('is not told %s by a client, whatever program it is for', async (variable) => {
    await using rig = await start();
    const env = { FINE: '1', [variable]: '/tmp/x' };
    for (const program of ['true', 'no-such-program']) {
      await expect(rig.client.call('process.run', { program, env })).rejects.toMatchObject({
        type: 'forbidden',
        data: { variable, retry: 'no' },
        message: expect.stringMatching(/^The variable ".+" may make programs run .* Leave it out.*policy file/),
      });
    }
  });

  it('has what steers programs where the policy names it, and not where it says "*"', async () => {
    const rules = [
      { users: ['local'], programs: ['env'], env: ['*', 'NODE_OPTIONS'] },
      { users: ['local'], programs: ['/usr/bin/true'], env: ['*'] },
    ];
    await using policy = await policyFile({ rules });
    await using rig = await start({ policy: policy.path });
    expect(await environmentOf(rig.client, { NODE_OPTIONS: '-v', A: 'b' })).toMatchObject({
      NODE_OPTIONS: '-v',
      A: 'b',
    });
    const refused = { type: 'forbidden', data: { policy: 'rules.0.env' } };
    await expect(environmentOf(rig.client, { BASH_ENV: '/x' })).rejects.toMatchObject(refused);
    await expect(
      rig.client.call('process.run', { program: '/usr/bin/true', env: { NODE_OPTIONS: '-v' } }),
    ).rejects.toMatchObject({ data: { policy: 'rules.1.env' } });
  });

  it('has another home where no rule says what programs may do, or one names it', async () => {
    await using free = await start();
    expect(await environmentOf(free.client, { HOME: '/h' })).toMatchObject({ HOME: '/h' });
    const rules = [
      { users: ['ann'], programs: ['env'], env: ['HOME'] },
      { users: ['local'], programs: ['env'], env: ['*'] },
      { users: ['bob'], programs: ['env'] },
    ];
    await using policy = await policyFile({ rules });
    await using rig = await start({ policy: policy.path });
    const [ann, bob] = [await rig.person('ann', 'process:*'), await rig.person('bob', 'process:*')];
    expect(await environmentOf(ann, { HOME: '/h' })).toMatchObject({ HOME: '/h' });
    for (const client of [rig.client, bob])
      await expect(environmentOf(client, { HOME: '/h' })).rejects.toMatchObject({ type: 'forbidden' });
  });

  it('tells a program whose it is, whatever the policy lets a client say', async () => {
    await using policy = await policyFile({ rules: [{ users: ['*'], programs: ['*'], env: ['SEXTANT_RUN'] }] });
    await using rig = await start({ policy: policy.path });
    const { SEXTANT_RUN } = await environmentOf(rig.client, { SEXTANT_RUN: 'another' });
    expect(SEXTANT_RUN).toMatch(/^[0-9a-f]{12}$/);
  });
});
