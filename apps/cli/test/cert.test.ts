import { execFile } from 'node:child_process';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { makeCertificates } from '@sextant/service/certificates/certificates';
import { temporaryFolder } from '@sextant/testing/rig';
import { jsonLines } from './services.ts';
import { run } from './sextant.ts';

/** The command line with a home of its own. */
async function start() {
  const home = await temporaryFolder();
  return {
    home: home.path,
    cli: (...args: string[]) => run(['--home', home.path, ...args]),
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
  };
}

describe('cert create', () => {
  it('makes a certificate for this machine, and says what to type next, here and there', async () => {
    await using rig = await start();
    const { code, stdout, stderr } = await rig.cli('cert', 'create');
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^for +${hostname().toLowerCase()}, localhost, 127\\.0\\.0\\.1, ::1`, 'i'));
    expect(stdout).toMatch(/^fingerprint +([0-9A-F]{2}:){31}[0-9A-F]{2}$/m);
    for (const next of ['up file-server --host 0.0.0.0', 'token create ann', '--ca ca.pem --token-file FILE file ls']) {
      expect(stderr).toContain(next);
    }
    const [ca, cert] = ['ca.pem', 'cert.pem'].map((name) => join(rig.home, 'tls', name)) as [string, string];
    const { stdout: verdict } = await promisify(execFile)('openssl', ['verify', '-x509_strict', '-CAfile', ca, cert]);
    expect(verdict).toBe(`${cert}: OK\n`);
  });

  it('takes names, addresses and days, and answers in JSON', async () => {
    await using rig = await start();
    const { stdout, stderr } = await rig.cli('cert', 'create', 'box.example.org', '192.0.2.7', '--days', '9', '--json');
    const [facts] = jsonLines(stdout) as [{ expiresAt: string }];
    expect(facts).toMatchObject({
      hosts: ['box.example.org', '192.0.2.7'],
      ca: join(rig.home, 'tls', 'ca.pem'),
      cert: join(rig.home, 'tls', 'cert.pem'),
      key: join(rig.home, 'tls', 'key.pem'),
    });
    expect(Math.round((Date.parse(facts.expiresAt) - Date.now()) / 86_400_000)).toBe(9);
    expect(stderr).toBe('');
  });

  it.each([
    [['https://box'], 'neither the name of a host nor an address'],
    [['--days', '9999'], 'It is a number from 1 to 825.'],
  ])('refuses %j', async (args, wrong) => {
    await using rig = await start();
    const { code, stdout, stderr } = await rig.cli('cert', 'create', ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(wrong);
  });
});

describe('cert show', () => {
  it('says what to type where there is none', async () => {
    await using rig = await start();
    const { code, stdout, stderr } = await rig.cli('cert', 'show');
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    expect(stderr).toMatch(/There is no certificate yet\. Make one with: .*sextant cert create/);
  });

  it('shows it, and asks for a new one in time', async () => {
    await using rig = await start();
    await makeCertificates(rig.home, ['box.example.org'], { days: 90 });
    expect(await rig.cli('cert', 'show')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^for +box\.example\.org$/m),
      stderr: '',
    });
    await makeCertificates(rig.home, ['box.example.org'], { days: 7 });
    expect((await rig.cli('cert', 'show')).stderr).toMatch(/^It expires in (6d 23h|7d 0h)\. Make a new one/);
  });
});
