import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { TokenWish } from '../src/identity/token-entry.ts';
import { Tokens } from '../src/identity/tokens.ts';
import { temporaryFolder } from './temporary-folder.ts';

const ANN: TokenWish = { name: 'ann', scopes: ['chat:use', 'file:read:reports/*'] };

function open() {
  const home = temporaryFolder();
  return {
    home: home.path,
    tokens: new Tokens(home.path),
    fileOf: (id: string) => join(home.path, 'tokens', `${id}.json`),
    [Symbol.dispose]: () => home[Symbol.dispose](),
  };
}

async function made(tokens: Tokens, wish: TokenWish = ANN): Promise<{ id: string; token: string }> {
  const { entry, token = '' } = await tokens.create(wish);
  return { id: entry.id, token };
}

function publicKey(): string {
  return generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x ?? '';
}

describe('Tokens', () => {
  it('makes a token that is found by its text, and by nothing else', async () => {
    using store = open();
    const { entry, token = '' } = await store.tokens.create({ ...ANN, note: 'laptop' });
    expect(token).toMatch(/^sxt_[a-z0-9]{8}_[A-Za-z0-9_-]{43}$/);
    expect(entry).toMatchObject({ ...ANN, id: token.slice(4, 12), note: 'laptop' });
    expect(await store.tokens.find(token)).toEqual(entry);
    expect(await new Tokens(store.home).find(token)).toEqual(entry);
    const other = token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    for (const wrong of [
      other,
      `${token} `,
      token.slice(1),
      token.replace(/_.{8}_/, '_00000000_'),
      '',
      'sxt_../../ab_x',
    ]) {
      expect(await store.tokens.find(wrong)).toBeUndefined();
    }
  });

  it('keeps no text of a token, and lets nobody else read what it keeps', async () => {
    using store = open();
    const { id, token } = await made(store.tokens);
    const text = await readFile(store.fileOf(id), 'utf8');
    expect(text).not.toContain(token.slice(-43));
    expect((await stat(store.fileOf(id))).mode & 0o777).toBe(0o600);
    expect((await stat(join(store.home, 'tokens'))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(store.home, 'tokens'))).toEqual([`${id}.json`]);
  });

  it('admits a public key, once', async () => {
    using store = open();
    const key = publicKey();
    const { entry, token } = await store.tokens.create({ ...ANN, key });
    expect(token).toBeUndefined();
    expect(await store.tokens.findKey(key)).toEqual(entry);
    expect(await store.tokens.findKey(publicKey())).toBeUndefined();
    expect(await store.tokens.findKey('../../../etc/passwd')).toBeUndefined();
    await expect(store.tokens.create({ ...ANN, name: 'bob', key })).rejects.toMatchObject({ type: 'exists' });
    expect(await store.tokens.revoke(entry.id)).toBe(true);
    expect(await store.tokens.findKey(key)).toBeUndefined();
  });

  it('takes neither a token for a key nor a key for a token', async () => {
    using store = open();
    const key = publicKey();
    const { entry } = await store.tokens.create({ ...ANN, key });
    expect(await store.tokens.find(`sxt_${entry.id}_${key}`)).toBeUndefined();
  });

  it('lists all of them, oldest first', async () => {
    using store = open();
    expect(await store.tokens.list()).toEqual([]);
    const { id } = await made(store.tokens);
    await made(store.tokens, { name: 'bob', scopes: ['*'] });
    const names = (await store.tokens.list()).map(({ name }) => name);
    expect(names).toHaveLength(2);
    expect(names).toEqual(expect.arrayContaining(['ann', 'bob']));
    await store.tokens.revoke(id);
    expect((await store.tokens.list()).map(({ name }) => name)).toEqual(['bob']);
  });

  it('ends a token at once, for those who are let in too', async () => {
    using store = open();
    const { id, token } = await made(store.tokens);
    expect(await store.tokens.isValid(id)).toBe(true);
    expect(await new Tokens(store.home).revoke(id)).toBe(true);
    expect(await store.tokens.isValid(id)).toBe(false);
    expect(await store.tokens.find(token)).toBeUndefined();
    expect(await store.tokens.revoke(id)).toBe(false);
  });

  it('ends a token when its time is over', async () => {
    using store = open();
    const soon = new Date(Date.now() + 300);
    const { id, token } = await made(store.tokens, { ...ANN, expiresAt: soon.toISOString() });
    expect(await store.tokens.isValid(id)).toBe(true);
    expect(await store.tokens.find(token)).toBeDefined();
    await new Promise((resolve) => {
      setTimeout(resolve, 350);
    });
    expect(await store.tokens.isValid(id)).toBe(false);
    expect(await store.tokens.find(token)).toBeUndefined();
  });

  it('sees what was changed by hand', async () => {
    using store = open();
    const { id } = await made(store.tokens);
    expect(await store.tokens.isValid(id)).toBe(true);
    const entry = JSON.parse(await readFile(store.fileOf(id), 'utf8')) as object;
    await writeFile(store.fileOf(id), JSON.stringify({ ...entry, expiresAt: new Date(0).toISOString() }));
    expect(await store.tokens.isValid(id)).toBe(false);
  });

  it.each([
    ['anonymous', { ...ANN, name: 'anonymous' }],
    ['local', { ...ANN, name: 'local' }],
    ['capitals', { ...ANN, name: 'Ann' }],
    ['a path', { ...ANN, name: '../ann' }],
    ['no scope', { ...ANN, scopes: [] }],
    ['no such scope', { ...ANN, scopes: ['chat:*:lobby'] }],
    ['a note that steers a terminal', { ...ANN, note: '\u001B[2J' }],
    ['a time that is none', { ...ANN, expiresAt: 'tomorrow' }],
    ['no key', { ...ANN, key: 'x' }],
  ])('refuses %s', async (_what, wish) => {
    using store = open();
    await expect(store.tokens.create(wish)).rejects.toMatchObject({ type: 'invalid_params' });
    expect(await readdir(store.home)).toEqual([]);
  });

  it.each(['../secret1', '..', 'ABCDEFGH', 'abcdefg', ''])('takes %j for no id', async (id) => {
    using store = open();
    await writeFile(join(store.home, 'secret1.json'), '{}');
    await mkdir(join(store.home, 'tokens'));
    expect(await store.tokens.revoke(id)).toBe(false);
    expect(await store.tokens.isValid(id)).toBe(false);
    expect(await readdir(store.home)).toContain('secret1.json');
  });

  it('trusts no file that others may change, or that is another token', async () => {
    using store = open();
    const { id, token } = await made(store.tokens);
    await chmod(store.fileOf(id), 0o644);
    await expect(store.tokens.find(token)).rejects.toThrow(`Close it: chmod 600 ${store.fileOf(id)}`);
    await chmod(store.fileOf(id), 0o600);
    await rename(store.fileOf(id), store.fileOf('aaaaaaaa'));
    expect(await store.tokens.isValid('aaaaaaaa')).toBe(false);
    await expect(store.tokens.list()).rejects.toThrow('describes no token');
    expect(await store.tokens.revoke('aaaaaaaa')).toBe(true);
  });

  it('keeps in whoever is in while it cannot tell', async () => {
    using store = open();
    const { id } = await made(store.tokens);
    const tokens = new URL('../src/identity/tokens.ts', import.meta.url).href;
    const { stdout } = await promisify(execFile)('sh', [
      '-c',
      'ulimit -n 64; exec "$0" "$@"',
      process.execPath,
      '--input-type=module',
      '--eval',
      `import { openSync } from 'node:fs';
      const { Tokens } = await import(${JSON.stringify(tokens)});
      const tokens = new Tokens(${JSON.stringify(store.home)});
      try { for (;;) openSync('/dev/null'); } catch (error) { console.log(error.code); }
      console.log(await tokens.isValid(${JSON.stringify(id)}));`,
    ]);
    expect(stdout).toBe('EMFILE\ntrue\n');
  });

  it('never shows a part of a token while many are made and ended', async () => {
    using store = open();
    const done = new AbortController();
    const watching = (async () => {
      while (!done.signal.aborted) await store.tokens.list();
    })();
    for (let round = 0; round < 20; round += 1) {
      const all = await Promise.all(Array.from({ length: 5 }, () => made(store.tokens)));
      await Promise.all(all.map(({ id }) => store.tokens.revoke(id)));
    }
    done.abort();
    await watching;
    expect(await store.tokens.list()).toEqual([]);
    await rm(join(store.home, 'tokens'), { recursive: true });
    expect(await store.tokens.list()).toEqual([]);
  });
});
