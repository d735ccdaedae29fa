import { describe, expect, it } from '@jest/globals';
import { run } from './sextant.ts';

describe('sextant', () => {
  it('--help shows what there is, in groups, and how to begin', async () => {
    const { code, stdout, stderr } = await run(['--help']);
    for (const text of [
      'Services:',
      'Programs:',
      'People and trust:',
      '  up ',
      '  file ',
      '  container ',
      'Begin with:',
      'Exit codes:',
    ]) {
      expect(stdout).toContain(text);
    }
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it.each([
    'up',
    'status',
    'file put',
    'file get',
    'container create',
    'container menu',
    'peer start',
    'registry ls',
    'token create',
    'cert create',
  ])('%s --help says more', async (command) => {
    const { code, stdout } = await run([...command.split(' '), '--help']);
    expect(stdout).toMatch(new RegExp(`^Usage: sextant ${command}`));
    expect(code).toBe(0);
  });

  it.each([
    [['flie'], "unknown command 'flie'", 'file'],
    [['file', 'lst'], "unknown command 'lst'", 'ls'],
    [['status', '--jsn'], "unknown option '--jsn'", '--json'],
  ])('%j is said to be wrong, and what was meant', async (args, wrong, meant) => {
    const { code, stdout, stderr } = await run(args);
    expect(stderr).toMatch(new RegExp(`error: ${wrong}\\n\\(Did you mean ${meant}\\?\\)`));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it.each(['a/b', 'http://x', '', 'unix:', 'tls://', 'a b'])('--host %j is said to be no address', async (host) => {
    expect(await run(['--host', host, 'file', 'time'])).toEqual({
      code: 2,
      stdout: '',
      stderr: `error: "${host}" is no address: write HOST, HOST:PORT, tls://HOST:PORT or unix:PATH.\n`,
    });
  });

  it('says how to start a service that does not run', async () => {
    const { code, stderr } = await run(['--host', '127.0.0.1:1', 'file', 'time']);
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: 'error: Cannot connect to 127.0.0.1:1: nothing listens there.\n',
    });
  });
});
