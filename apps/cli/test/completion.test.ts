import { createServer, type AddressInfo } from 'node:net';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@sextant/testing/rig';
import { describeWithEngine, execute, IMAGE, start } from './containers.ts';
import { at, MAIN, run, startService } from './sextant.ts';

/** What the last word may become. */
async function completions(...words: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await run(['__complete', ...words]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t')[0] ?? '');
}

/** What a bash offers that has read its script. */
async function inBash(line: string): Promise<string[]> {
  const script = `source <("$0" "$1" completion bash)
    [[ $(complete -p sextant) == *'-F _sextant'* ]] || exit 1
    COMP_LINE=$2 COMP_POINT=\${#2}; _sextant; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await execute('bash', ['--norc', '-c', script, process.execPath, MAIN, line]);
  return stdout.split('\n').filter(Boolean);
}

describe('completion', () => {
  it.each([
    [['con'], ['container']],
    [
      ['container', 'st'],
      ['start', 'stop', 'stats'],
    ],
    [['container', 'create', '--re'], ['--restart']],
    [['container', 'create', '--restart', 'o'], ['on-failure']],
    [['container', 'create', '-itp', ''], []],
    [['container', 'ls', '--js'], ['--json']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['up', 'f'], ['file-server']],
    [['call', 'file.ti'], ['file.time']],
    [['file', 'put', 'x'], [':files']],
    [['--token-file', ''], [':files']],
    [['container', 'rename', 'a', ''], []],
    [['no-such', ''], []],
    [['container', 'no-such', ''], []],
    [
      ['container', 'create', '--no-such', '--restart', ''],
      ['no', 'on-failure', 'unless-stopped', 'always'],
    ],
  ])('of %j is %j', async (words, expected) => {
    expect(await completions(...words)).toEqual(expected);
  });

  it('is nothing, soon, where no service answers', async () => {
    expect(await completions('--host', '127.0.0.1:1', 'container', 'stop', '')).toEqual([]);
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    try {
      const { port } = silent.address() as AddressInfo;
      const begin = performance.now();
      expect(await completions('--host', `127.0.0.1:${port}`, 'file', 'get', '')).toEqual([]);
      // A greeting alone may take ten times as long.
      expect(performance.now() - begin).toBeLessThan(4000);
    } finally {
      silent.close();
    }
  });

  it('knows the files of a service, folder by folder, but none that would have to be quoted', async () => {
    await using home = await temporaryFolder();
    await using server = await startService('file-server', home.path);
    await using local = await temporaryFolder();
    await writeFile(join(local.path, 'x'), 'x');
    for (const path of ['reports/one.pdf', 'reports/two words', 'other'])
      await run([...at(server), 'file', 'put', join(local.path, 'x'), path]);
    expect(await completions(...at(server), 'file', 'get', 're')).toEqual(['reports/']);
    expect(await completions(...at(server), 'file', 'get', 'reports/')).toEqual(['reports/one.pdf']);
    expect(await inBash(`sextant ${at(server).join(' ')} file stat o`)).toEqual(['other']);
  });

  it('works in bash', async () => {
    expect(await inBash('sextant container st')).toEqual(['start', 'stop', 'stats']);
    expect(await inBash('sextant container create --restart ')).toHaveLength(4);
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, 'here'));
    expect(await inBash(`sextant file put ${folder.path}/h`)).toEqual([join(folder.path, 'here')]);
  });

  it.each(['bash', 'zsh', 'fish'])('prints a script for %s that names this program', async (shell) => {
    const { code, stdout } = await run(['completion', shell]);
    expect(code).toBe(0);
    expect(stdout).toContain(`${process.execPath} ${MAIN} __complete`);
    expect(await run(['completion', 'tcsh'])).toMatchObject({ code: 2, stdout: '' });
  });
});

describeWithEngine('completion of containers', () => {
  it('knows those that make sense, and images', async () => {
    await using rig = await start();
    const [a, b] = [rig.name(), rig.name()];
    await rig.cli('create', a, IMAGE);
    await rig.cli('create', b, IMAGE);
    await execute('docker', ['stop', '-t', '0', b]);
    const prefix = a.slice(0, -2);
    const offered = (...words: string[]) => completions(...rig.where, 'container', ...words, prefix);
    expect(await offered('stop')).toEqual([a]);
    expect(await offered('start')).toEqual([b]);
    expect((await offered('logs', '-f')).toSorted()).toEqual([a, b]);
    expect((await offered('update')).toSorted()).toEqual([a, b]);
    expect(await offered('rm', a)).toEqual([b]);
    expect(await offered('exec', '-it')).toEqual([a]);
    expect(await completions(...rig.where, 'container', 'create', 'web', 'sextant/te')).toContain('sextant/test');
    // A bash takes the colon for the end of a word.
    await execute('docker', ['tag', IMAGE, `${prefix}:one`]);
    try {
      expect(await inBash(`sextant ${rig.where.join(' ')} image rm ${prefix}:o`)).toEqual(['one']);
    } finally {
      await execute('docker', ['rmi', `${prefix}:one`]);
    }
  });
});
