import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Tokens } from '@sextant/service/identity/tokens';
import { temporaryFolder } from '@sextant/testing/rig';
import { jsonLines } from './services.ts';
import { run } from './sextant.ts';

/** The command line with a home of its own. */
async function start() {
  const home = await temporaryFolder();
  return {
    home: home.path,
    tokens: new Tokens(home.path),
    cli: (...args: string[]) => run(['--home', home.path, ...args]),
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
  };
}

it('is about this machine only', async () => {
  await using rig = await start();
  for (const args of [
    ['token', 'ls'],
    ['cert', 'show'],
  ]) {
    expect(await rig.cli(...args, '--host', 'other.example')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is about the home on this machine, not about other.example'),
    });
  }
});

describe('token create', () => {
  it('prints the token, and only that, on stdout', async () => {
    await using rig = await start();
    const { code, stdout, stderr } = await rig.cli(
      'token',
      'create',
      'ann',
      '--scope',
      'chat:use',
      'file:read:reports/*',
    );
    expect(stdout).toMatch(/^sxt_[a-z0-9]{8}_[A-Za-z0-9_-]{43}\n$/);
    expect(code).toBe(0);
    const entry = await rig.tokens.find(stdout.trim());
    expect(entry).toMatchObject({ name: 'ann', scopes: ['chat:use', 'file:read:reports/*'] });
    expect(stderr).not.toContain(stdout.trim());
    expect(stderr).toMatch(/^chat:use +chat\.join chat\.send /m);
    expect(stderr).toMatch(/^file:read:reports\/\* +file\.list file\.stat file\.read /m);
    expect(stderr).toMatch(/--ca ca\.pem --token-file FILE chat lobby$/m);
    expect(stderr).toMatch(/sextant cert create$/m);
    expect(stderr).not.toContain('Beware');
  });

  it('takes a time, a note and several --scope, and answers in JSON', async () => {
    await using rig = await start();
    const args = ['--scope', 'chat:use', '--scope', 'calc:use', '--expires', '30d', '--note', 'her laptop', '--json'];
    const { stdout, stderr } = await rig.cli('token', 'create', 'ann', ...args);
    const [made] = jsonLines(stdout) as [{ token: string; expiresAt: string }];
    expect(made).toMatchObject({ name: 'ann', scopes: ['chat:use', 'calc:use'], note: 'her laptop' });
    expect(made).not.toHaveProperty('hash');
    expect(Math.round((Date.parse(made.expiresAt) - Date.now()) / 86_400_000)).toBe(30);
    expect(await rig.tokens.find(made.token)).toBeDefined();
    expect(stderr).toBe('');
  });

  it('admits a public key, once', async () => {
    await using rig = await start();
    const key = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x ?? '';
    const create = () => rig.cli('token', 'create', 'box', '--scope', 'registry:*', '--key', key);
    expect(await create()).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('admitted as box') });
    expect(await rig.tokens.findKey(key)).toMatchObject({ name: 'box' });
    expect(await create()).toMatchObject({ code: 6, stderr: expect.stringContaining('admitted already') });
  });

  it('tells which scopes allow more of what methods do, and that one must be written out', async () => {
    await using rig = await start();
    const explained = async (...scopes: string[]) =>
      (await rig.cli('token', 'create', 'ann', '--scope', ...scopes)).stderr;
    for (const scope of ['*', 'container:*', 'container:others']) {
      const text = await explained(scope);
      expect(text).toMatch(/^container:others +also containers that others made here/m);
      expect(text).not.toContain('container:foreign');
    }
    const foreign = await explained('container:read', 'container:foreign');
    expect(foreign).toMatch(/^container:foreign +also containers that were not made here.*; "\*" does not hold it$/m);
    expect(foreign).toContain('Beware: ann can touch every container of the engine');
    expect(await explained('container:read')).not.toContain('container:others');
  });

  it.each([
    ['*', 'run programs as the user that runs the services here'],
    ['process:run', 'run programs as the user that runs the services here'],
    ['container:*', 'run programs in containers on this machine, within its policy'],
  ])('says what %s means', async (scope, power) => {
    await using rig = await start();
    const { stderr } = await rig.cli('token', 'create', 'ann', '--scope', scope);
    expect(stderr).toContain(`Beware: ann can ${power}.`);
  });

  it.each([
    [['ann', '--scope', 'chat:us'], 'No service knows the scope "chat:us". Did you mean chat:use?'],
    [['ann', '--scope', 'foo:bar'], 'There are container:create, '],
    [['ann', '--scope', 'chats:*'], 'No service knows the scope "chats:*".'],
    [['ann', '--scope', 'container:other'], 'Did you mean container:others'],
    [['ann', '--scope', 'container:foreign:x'], 'container:foreign cannot be limited to a name'],
    [['ann', '--scope', 'process:close:x'], 'process:close cannot be limited to a name'],
    [['ann', '--scope', 'chat:*:lobby'], 'is no scope: it must be'],
    [['--scope', 'chat:use', 'ann'], 'If it is who the token is for, it stands before --scope.'],
    [['ann'], "required option '--scope <scope...>' not specified"],
    [['Ann', '--scope', '*'], 'name: must be 1 to 32 of a-z'],
    [['local', '--scope', '*'], 'a name that services use themselves'],
    [['ann', '--scope', '*', '--expires', 'soon'], 'It is a time such as 90m'],
    [['ann', '--scope', '*', '--expires', '2020-01-01'], 'expired already'],
    [['ann', '--scope', '*', '--key', 'x'], 'key: must be the 43 base64url characters'],
  ])('refuses %j', async (args, wrong) => {
    await using rig = await start();
    const { code, stdout, stderr } = await rig.cli('token', 'create', ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(wrong);
    expect(await rig.tokens.list()).toEqual([]);
  });
});

describe('token ls', () => {
  it('says what to type where there is none', async () => {
    await using rig = await start();
    const { code, stdout, stderr } = await rig.cli('token', 'ls');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(/There is no token yet\. .*sextant token create ann --scope chat:use/);
    expect(await rig.cli('token', 'ls', '--json')).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('lists them without what opens anything', async () => {
    await using rig = await start();
    const { entry, token = '' } = await rig.tokens.create({ name: 'ann', scopes: ['chat:use'], note: 'laptop' });
    const { stdout } = await rig.cli('token', 'ls');
    expect(stdout).toMatch(/^ID +NAME +WHAT +EXPIRES +SCOPES +NOTE\n/);
    expect(stdout).toMatch(new RegExp(`^${entry.id} +ann +token +never +chat:use +laptop$`, 'm'));
    const lines = (await rig.cli('token', 'ls', '--json')).stdout;
    expect(jsonLines(lines)).toEqual([
      { id: entry.id, name: 'ann', scopes: ['chat:use'], note: 'laptop', createdAt: entry.createdAt },
    ]);
    const file = await readFile(join(rig.home, 'tokens', `${entry.id}.json`), 'utf8');
    const { hash } = JSON.parse(file) as { hash: string };
    for (const secret of [token, hash]) expect(stdout + lines).not.toContain(secret);
  });
});

describe('token revoke', () => {
  it('ends tokens by id', async () => {
    await using rig = await start();
    const { entry, token = '' } = await rig.tokens.create({ name: 'ann', scopes: ['*'] });
    expect(await rig.cli('token', 'revoke', entry.id)).toEqual({
      code: 0,
      stdout: '',
      stderr: `Revoked ${entry.id} of ann.\n`,
    });
    expect(await rig.tokens.find(token)).toBeUndefined();
  });

  it('ends none where one of them is not there, and tells the ids of whom it knows', async () => {
    await using rig = await start();
    const { entry } = await rig.tokens.create({ name: 'ann', scopes: ['*'] });
    const { code, stderr } = await rig.cli('token', 'revoke', entry.id, 'ann');
    expect(code).toBe(4);
    expect(stderr).toBe(`error: revoke takes ids; ann has ${entry.id}.\n`);
    expect(await rig.cli('token', 'revoke', `${entry.id.slice(0, 7)}-`)).toMatchObject({
      code: 4,
      stderr: expect.stringContaining(`Did you mean ${entry.id}?`),
    });
    expect(await rig.tokens.list()).toHaveLength(1);
  });
});
