import { chmod, writeFile } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { makeCertificates } from '@sextant/service/certificates/certificates';
import { Tokens } from '@sextant/service/identity/tokens';
import { temporaryFolder } from '@sextant/testing/rig';
import { parseAddress } from '../src/arguments.ts';
import { credentialsFor } from '../src/credentials.ts';
import { sextantWith, at, run, startService } from './sextant.ts';

/** Loopback answers to its own name too: from there, what is asked comes from this machine and is encrypted. */
const ENCRYPTED = 'tls://localhost';

/** A service of one home, and another home to ask it from. */
async function start(app: string, ...flags: string[]) {
  const home = await temporaryFolder();
  const other = await temporaryFolder();
  await makeCertificates(home.path, ['localhost', '127.0.0.1', ...outside()], { days: 1 });
  const server = await startService(app, home.path, 0, ...flags);
  return {
    server,
    home: home.path,
    other: other.path,
    ca: join(home.path, 'tls', 'ca.pem'),
    tokens: new Tokens(home.path),
    /** A file with a token for the service. */
    async token(...scopes: string[]) {
      const { token = '' } = await new Tokens(home.path).create({ name: 'ann', scopes });
      const path = join(other.path, 'ann.token');
      await writeFile(path, `${token}\n`, { mode: 0o600 });
      return { path, token };
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      for (const folder of [home, other]) await folder[Symbol.asyncDispose]();
    },
  };
}

/** Addresses of this machine that are not loopback: asked there, a service takes whoever asks for another machine. */
function outside(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses);
  return all.filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address);
}

async function runWith(env: NodeJS.ProcessEnv, args: string[]) {
  await using sextant = sextantWith(env, ...args);
  sextant.end();
  return { code: await sextant.ended(), stdout: sextant.stdout(), stderr: sextant.stderr() };
}

describe('the token of this machine', () => {
  it('is sent by itself to a service of the same home', async () => {
    await using rig = await start('process-server');
    expect(await run([...at(rig.server), 'run', '--', 'echo', 'hello'])).toEqual({
      code: 0,
      stdout: 'hello\n',
      stderr: '',
    });
    const env = { SEXTANT_HOME: rig.home };
    const { stdout } = await runWith(env, ['--host', `127.0.0.1:${rig.server.port}`, 'run', '--', 'echo', 'hello']);
    expect(stdout).toBe('hello\n');
  });

  it('is missed where the service is of another home, and the error says what to type', async () => {
    await using rig = await start('process-server');
    const ask = () => run([...at({ ...rig.server, home: rig.other }), 'ps']);
    expect(await ask()).toEqual({
      code: 5,
      stdout: '',
      stderr: expect.stringMatching(
        /there is no token in .*If it was started with another home, name that with --home/,
      ),
    });
    await writeFile(join(rig.other, 'token'), 'x'.repeat(43), { mode: 0o600 });
    expect(await ask()).toEqual({
      code: 5,
      stdout: '',
      stderr: expect.stringMatching(
        /does not know the token of .*: it was started with another home\. Name that with --home/,
      ),
    });
  });

  it('is not needed for what strangers of this machine may do', async () => {
    await using rig = await start('file-server');
    const ask = () => run([...at({ ...rig.server, home: rig.other }), 'file', 'time']);
    expect(await ask()).toMatchObject({ code: 0, stderr: '' });
    await writeFile(join(rig.other, 'token'), 'x'.repeat(43), { mode: 0o600 });
    expect(await ask()).toMatchObject({ code: 0, stderr: '' });
  });

  it('is not used where others may read it', async () => {
    await using rig = await start('file-server');
    await chmod(join(rig.home, 'token'), 0o644);
    const { code, stderr } = await run([...at(rig.server), 'file', 'time']);
    expect(code).toBe(1);
    expect(stderr).toContain(`chmod 600 ${join(rig.home, 'token')}`);
  });
});

describe('a Unix socket', () => {
  it('is asked like the service on this machine that it is', async () => {
    await using folder = await temporaryFolder();
    const socket = join(folder.path, 'programs.sock');
    await using rig = await start('process-server', '--socket', socket);
    const { stdout } = await run(['--host', `unix:${socket}`, '--home', rig.home, 'run', '--', 'echo', 'hello']);
    expect(stdout).toBe('hello\n');
  });
});

describe('a token for somebody else', () => {
  it('is taken from a file, over TLS, and allows what it says', async () => {
    await using rig = await start('file-server');
    const { path } = await rig.token('file:read');
    const trust = ['--home', rig.other, '--ca', rig.ca, '--token-file', path];
    const host = ['--host', `${ENCRYPTED}:${rig.server.port}`];
    expect(await run([...host, ...trust, 'file', 'time'])).toMatchObject({ code: 0, stderr: '' });
    await writeFile(join(rig.other, 'a'), 'hello');
    const { code, stderr } = await run([...host, ...trust, 'file', 'put', join(rig.other, 'a')]);
    expect(code).toBe(5);
    expect(stderr).toContain('file:write');
  });

  it('is said to be of no use once it was revoked', async () => {
    await using rig = await start('file-server');
    const { path, token } = await rig.token('file:read');
    await rig.tokens.revoke(token.slice(4, 12));
    const { code, stderr } = await run([
      ...at({ ...rig.server, home: rig.other }),
      '--token-file',
      path,
      'file',
      'time',
    ]);
    expect(code).toBe(5);
    expect(stderr).toMatch(/does not take the token of .*ann\.token: it has expired, was revoked/);
  });

  it.each([
    [['--token-file', '/nowhere'], 'There is no token in /nowhere'],
    [['--ca', '/nowhere'], "The authority's certificate cannot be read"],
  ])('%j is said to be wrong', async (args, wrong) => {
    await using home = await temporaryFolder();
    const { code, stderr } = await run(['--home', home.path, ...args, 'file', 'time']);
    expect(code).toBe(2);
    expect(stderr).toContain(wrong);
  });

  it('is not read from a file that others may read', async () => {
    await using rig = await start('file-server');
    const { path } = await rig.token('file:read');
    await chmod(path, 0o640);
    const { code, stderr } = await run([...at(rig.server), '--token-file', path, 'file', 'time']);
    expect(code).toBe(1);
    expect(stderr).toContain(`chmod 600 ${path}`);
  });

  const [address] = outside();
  const withNetwork = address === undefined ? it.skip : it;

  withNetwork('opens a service from another machine, and nothing else does', async () => {
    await using rig = await start('file-server', '--host', '0.0.0.0');
    const { token } = await rig.token('file:read');
    const ask = (env: NodeJS.ProcessEnv) =>
      runWith(env, ['--home', rig.other, '--host', `${address}:${rig.server.port}`, 'file', 'time']);
    const trusting = { SEXTANT_CA: rig.ca };
    expect(await ask({ ...trusting, SEXTANT_TOKEN: token })).toMatchObject({ code: 0, stderr: '' });
    expect(await ask({ SEXTANT_TOKEN: token })).toMatchObject({ code: 5, stderr: expect.stringContaining('--ca') });
    const stranger = await ask(trusting);
    expect(stranger).toMatchObject({ code: 5, stdout: '' });
    expect(stranger.stderr).toMatch(/wants to know who asks: name the file of your token with --token-file/);
    const wrong = await ask({ ...trusting, SEXTANT_TOKEN: `${token.slice(0, -1)}${token.endsWith('A') ? 'E' : 'A'}` });
    expect(wrong).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('does not take the token of SEXTANT_TOKEN'),
    });
  });
});

describe('credentialsFor', () => {
  it('shows the token of this machine to no other', async () => {
    await using home = await temporaryFolder();
    await writeFile(join(home.path, 'token'), 'x'.repeat(43), { mode: 0o600 });
    const trust = { home: home.path };
    for (const here of [{ host: '127.0.0.1' }, { host: '127.9.9.9' }, { host: '::1' }, { host: 'localhost' }]) {
      expect(credentialsFor({ ...here, port: 1 }, trust).auth).toBeDefined();
    }
    expect(credentialsFor({ path: '/run/x.sock' }, trust).auth).toBeDefined();
    for (const host of [
      '192.0.2.7',
      '2001:db8::1',
      hostname(),
      'localhost.example.org',
      '127.0.0.1.example.org',
      '0.0.0.0',
    ]) {
      expect(credentialsFor({ host, port: 1 }, trust)).toEqual({ ca: undefined, implicit: false });
    }
  });
});

describe('parseAddress', () => {
  it.each([
    ['box', { host: 'box', port: 7 }],
    ['box:80', { host: 'box', port: 80 }],
    ['[::1]:80', { host: '::1', port: 80 }],
    ['::1', { host: '::1', port: 7 }],
    ['tls://localhost', { host: 'localhost', port: 7, tls: true }],
    ['tls://[::1]:80', { host: '::1', port: 80, tls: true }],
    ['unix:/run/x.sock', { path: '/run/x.sock' }],
    ['unix:x.sock', { path: 'x.sock' }],
  ])('reads %s', (text, address) => {
    expect(parseAddress(text, 7)).toEqual(address);
  });
});
