import { execFile } from 'node:child_process';
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { openLocalToken, readLocalToken } from '../src/identity/local-token.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe('openLocalToken', () => {
  it('makes the token once, for its owner only', async () => {
    using folder = temporaryFolder();
    const home = join(folder.path, 'state', 'sextant');
    expect(readLocalToken(home)).toBeUndefined();
    const token = await openLocalToken(home);
    expect(await readFile(join(home, 'token'), 'utf8')).toBe(`${token}\n`);
    expect((await stat(join(home, 'token'))).mode & 0o777).toBe(0o600);
    expect((await stat(home)).mode & 0o777).toBe(0o700);
    expect(await openLocalToken(home)).toBe(token);
    expect(readLocalToken(home)).toBe(token);
  });

  it('gives the same one to all who start at once', async () => {
    using home = temporaryFolder();
    const source = new URL('../src/identity/local-token.ts', import.meta.url).href;
    const open = `const { openLocalToken } = await import(${JSON.stringify(source)});
      console.log((await Promise.all([1, 2, 3].map(() => openLocalToken(${JSON.stringify(home.path)})))).join('\\n'));`;
    const runs = Array.from({ length: 4 }, () =>
      promisify(execFile)(process.execPath, ['--input-type=module', '--eval', open]),
    );
    const tokens = (await Promise.all(runs)).flatMap(({ stdout }) => stdout.trim().split('\n'));
    expect(tokens).toHaveLength(12);
    expect(new Set(tokens).size).toBe(1);
    expect(await readdir(home.path)).toEqual(['token']);
  });

  it('trusts none that others may read', async () => {
    using home = temporaryFolder();
    await openLocalToken(home.path);
    const path = join(home.path, 'token');
    await chmod(path, 0o640);
    const refused = `${path} is open to other users of this machine (permissions 640), so it is not trusted. Close it: chmod 600 ${path}`;
    await expect(openLocalToken(home.path)).rejects.toThrow(refused);
    expect(() => readLocalToken(home.path)).toThrow(refused);
  });

  it.each(['', 'short\n', 'two words that are long enough to be one\n'])('says that %j is no token', async (text) => {
    using home = temporaryFolder();
    await writeFile(join(home.path, 'token'), text, { mode: 0o600 });
    await expect(openLocalToken(home.path)).rejects.toThrow('holds no token. Remove it');
  });
});
