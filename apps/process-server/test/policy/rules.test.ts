import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { readPolicy } from '../../src/policy/rules.ts';
import { start } from '../rig.ts';
import { policyFile } from './policy-file.ts';

const EXAMPLE = fileURLToPath(new URL('../../policy.example.json', import.meta.url));

/** A rule with nothing wrong in it, and what is to be tried. */
function rule(more: object): object {
  return { rules: [{ users: ['ann'], programs: ['make'], ...more }] };
}

describe('a policy file', () => {
  it('that is the example is read, and is the one of the README', () => {
    expect(readPolicy(EXAMPLE)).toMatchObject({
      rules: [
        { users: ['ann', 'ci-*'], detached: false },
        { users: ['local'], detached: true },
      ],
      environment: ['JAVA_HOME'],
    });
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    expect(readme).toContain(`\`\`\`json\n${readFileSync(EXAMPLE, 'utf8')}\`\`\``);
  });

  it.each([
    [{ rule: [] }, 'rule'],
    [{ rules: {} }, 'rules: '],
    [{ rules: [{ programs: ['make'] }] }, 'rules.0.users: '],
    [rule({ users: [] }), 'rules.0.users: '],
    [rule({ programs: undefined }), 'rules.0.programs: '],
    [rule({ programs: ['bin/make'] }), 'rules.0.programs.0: must be a name, the whole path'],
    [rule({ programs: ['/usr/*/make'] }), 'rules.0.programs.0: must be a name, the whole path'],
    [rule({ programs: ['mak*'] }), 'rules.0.programs.0: must be a name, the whole path'],
    [rule({ args: 'test' }), 'rules.0.args: '],
    [rule({ env: ['A-B'] }), 'rules.0.env.0: must be the name of a variable'],
    [rule({ folders: ['srv'] }), 'rules.0.folders.0: must be the whole path of a folder'],
    [rule({ detached: 'no' }), 'rules.0.detached: '],
    [rule({ user: 'bob' }), 'rules.0: '],
    [{ environment: ['JAVA HOME'] }, 'environment.0: must be the name'],
    ['[]', 'is wrong: '],
    ['', 'cannot be read: '],
    ['{"rules": tru}', 'cannot be read: '],
  ])('%j is refused at the start, by name', async (content, wrong) => {
    await using file = await policyFile(content);
    await expect(start({ policy: file.path })).rejects.toMatchObject({
      name: 'ConfigError',
      message: expect.stringMatching(/^the policy file .*policy\.json /),
    });
    await expect(start({ policy: file.path })).rejects.toThrow(wrong);
  });
});
