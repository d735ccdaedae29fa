import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { connect } from '@sextant/client/connect';
import { fileService } from '@sextant/protocol/file';
import { temporaryFolder } from '@sextant/testing/rig';
import { waitFor } from '@sextant/testing/wait';
import { Digester } from '../src/files/digest.ts';
import { openProxy } from './proxy.ts';
import { jsonLines, listening, serving } from './services.ts';
import { at, run, sextant } from './sextant.ts';

const MiB = 1024 * 1024;

/** A file-server, and a folder of the person who uses it. */
async function start() {
  const home = await temporaryFolder();
  const up = serving('up', 'file-server', '--port', '0', '--home', home.path, '--json');
  const [server] = await listening(up, 1);
  const mine = join(home.path, 'mine');
  await mkdir(mine);
  return {
    server,
    /** What the server serves. */
    root: join(home.path, 'file-server', 'files'),
    path: (name: string) => join(mine, name),
    names: () => readdir(mine),
    cli: (...args: string[]) => run([...at(server), 'file', ...args]),
    async [Symbol.asyncDispose]() {
      await up[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

describe('file put and get', () => {
  it('bring a file there and back', async () => {
    await using rig = await start();
    const content = randomBytes(3 * MiB + 17);
    await writeFile(rig.path('a.bin'), content);
    const put = await rig.cli('put', rig.path('a.bin'));
    expect(put).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(/^Put a\.bin: 3\.0 MiB in \d+ms \(.*\/s\)\.\n$/),
    });
    expect((await readFile(join(rig.root, 'a.bin'))).equals(content)).toBe(true);
    const get = await rig.cli('get', 'a.bin', rig.path('b.bin'));
    expect(get).toMatchObject({ code: 0, stdout: '' });
    expect((await readFile(rig.path('b.bin'))).equals(content)).toBe(true);
    expect(await rig.names()).toEqual(['a.bin', 'b.bin']);
  });

  it('do the same with an empty file', async () => {
    await using rig = await start();
    await writeFile(rig.path('empty'), '');
    expect(await rig.cli('put', rig.path('empty'))).toMatchObject({ code: 0 });
    expect(await rig.cli('get', 'empty', rig.path('again'))).toMatchObject({ code: 0 });
    expect(await readFile(rig.path('again'), 'utf8')).toBe('');
  });

  it('take folders that end in /', async () => {
    await using rig = await start();
    await writeFile(rig.path('a'), 'hello');
    expect(await rig.cli('put', rig.path('a'), 'x/y/')).toMatchObject({ code: 0 });
    expect(await readFile(join(rig.root, 'x/y/a'), 'utf8')).toBe('hello');
    await mkdir(rig.path('down'));
    expect(await rig.cli('get', 'x/y/a', rig.path('down'))).toMatchObject({ code: 0 });
    expect(await rig.cli('get', 'x/y/a', rig.path('nowhere/'))).toMatchObject({ code: 4 });
    expect(await readFile(rig.path('down/a'), 'utf8')).toBe('hello');
  });

  it('read stdin and write stdout, byte for byte', async () => {
    await using rig = await start();
    const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251)).toString('latin1');
    const ascii = content.replaceAll(/[^\x20-\x7e]/g, '.');
    expect(await run([...at(rig.server), 'file', 'put', '-', 'piped'], ascii)).toMatchObject({ code: 0 });
    expect(await rig.cli('get', 'piped', '-')).toEqual({ code: 0, stdout: ascii, stderr: '' });
    const nameless = await rig.cli('put', '-', 'folder/');
    expect(nameless).toMatchObject({ code: 2, stderr: expect.stringContaining('What comes from stdin has no name') });
  });

  it('replace only with --overwrite', async () => {
    await using rig = await start();
    await writeFile(rig.path('a'), 'old');
    await rig.cli('put', rig.path('a'));
    await writeFile(rig.path('a'), 'new');
    const put = await rig.cli('put', rig.path('a'));
    expect(put).toMatchObject({ code: 6, stderr: 'error: "a" is there already; --overwrite replaces it.\n' });
    expect(await rig.cli('put', rig.path('a'), '--overwrite')).toMatchObject({ code: 0 });
    await writeFile(rig.path('b'), 'mine');
    const get = await rig.cli('get', 'a', rig.path('b'));
    expect(get).toMatchObject({
      code: 6,
      stderr: `error: ${rig.path('b')} is here already; --overwrite replaces it.\n`,
    });
    expect(await rig.cli('get', 'a', rig.path('b'), '--overwrite')).toMatchObject({ code: 0 });
    expect(await readFile(rig.path('b'), 'utf8')).toBe('new');
  });

  it('give JSON with digests', async () => {
    await using rig = await start();
    await writeFile(rig.path('a'), 'hello');
    const [put] = jsonLines((await rig.cli('put', rig.path('a'), '--json')).stdout);
    const [get] = jsonLines((await rig.cli('get', 'a', rig.path('b'), '--json')).stdout);
    const digest = expect.stringMatching(/^blake3:[0-9a-f]{64}$/);
    expect(put).toMatchObject({ path: 'a', type: 'file', sizeBytes: 5, digest });
    expect(get).toEqual({ path: 'a', sizeBytes: 5, digest: (put as { digest: string }).digest, local: rig.path('b') });
  });

  it.each([
    ['put', 'nothing', 4, 'there is no such file or folder here.'],
    ['put', '.', 2, 'is no file: put takes one file at a time.'],
    ['get', 'nothing', 4, 'There is no "nothing".'],
    ['get', '../x', 2, 'Not a path of this service'],
  ])('%s %s says why not', async (verb, path, code, why) => {
    await using rig = await start();
    const answer = await rig.cli(verb, path);
    expect(answer).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(why) });
    expect(answer.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('get says of a folder that it is one', async () => {
    await using rig = await start();
    await mkdir(join(rig.root, 'folder'));
    expect(await rig.cli('get', 'folder', rig.path('x'))).toMatchObject({
      code: 2,
      stderr: 'error: "folder" is a folder: get takes one file at a time.\n',
    });
    await writeFile(rig.path('folder'), '');
    expect(await rig.cli('put', rig.path('folder'))).toMatchObject({
      code: 6,
      stderr: 'error: "folder" is a folder; to put the file into it, write folder/.\n',
    });
  });
});

describe('file put', () => {
  it('goes on where an earlier try was cut', async () => {
    await using rig = await start();
    const content = randomBytes(2 * MiB);
    await writeFile(rig.path('a'), content);
    const digester = new Digester();
    digester.update(content);
    const client = await connect(fileService, rig.server, { client: 'test/1' });
    const plan = { path: 'a', sizeBytes: content.length, digest: digester.digest() };
    const { upload } = await client.call('file.open', plan);
    await client.call('file.write', { upload, offset: 0 }, { body: content.subarray(0, MiB) });
    client.close();
    const { code, stderr } = await rig.cli('put', rig.path('a'));
    expect(stderr).toContain('Put a: 1.0 MiB were there already, the rest came in');
    expect(code).toBe(0);
    expect((await readFile(join(rig.root, 'a'))).equals(content)).toBe(true);
  });

  it('connects anew when the connection is lost', async () => {
    await using rig = await start();
    await using proxy = await openProxy(rig.server, { kind: 'cut', side: 'up', afterBytes: 5 * MiB });
    const content = randomBytes(9 * MiB);
    await writeFile(rig.path('a'), content);
    const { code, stderr } = await run([...at(proxy), 'file', 'put', rig.path('a')]);
    expect(stderr).toMatch(/^The connection to file-server at \S+ was lost\b.*\. Trying again in \d+ms\.\nPut a: /);
    expect({ code, connections: proxy.connections }).toEqual({ code: 0, connections: 2 });
    expect((await readFile(join(rig.root, 'a'))).equals(content)).toBe(true);
  });

  it('stops at Ctrl-C with 130 and keeps what arrived', async () => {
    await using rig = await start();
    await using proxy = await openProxy(rig.server, { kind: 'stall', side: 'up', afterBytes: 5 * MiB });
    await writeFile(rig.path('a'), randomBytes(9 * MiB));
    await using put = sextant(...at(proxy), 'file', 'put', rig.path('a'));
    await waitFor('it to stall', () => proxy.tripped);
    put.child.kill('SIGINT');
    expect(await put.ended()).toBe(130);
    expect(put.stderr()).toMatch(
      /^Stopped after \S+ MiB of 9\.0 MiB\. They are kept: the same command goes on from there\.\n$/,
    );
    expect((await rig.cli('put', rig.path('a'))).stderr).toContain('were there already, the rest came');
  });
});

describe('file get', () => {
  it('keeps nothing that has another digest', async () => {
    await using rig = await start();
    await using proxy = await openProxy(rig.server, { kind: 'flip', side: 'down', afterBytes: 3 * MiB });
    await writeFile(join(rig.root, 'a'), randomBytes(5 * MiB));
    const { code, stderr } = await run([...at(proxy), 'file', 'get', 'a', rig.path('a')]);
    expect(stderr).toBe('error: What arrived of "a" has another digest; get it again.\n');
    expect(code).toBe(1);
    expect(await rig.names()).toEqual([]);
  });

  it('begins anew when the connection is lost', async () => {
    await using rig = await start();
    await using proxy = await openProxy(rig.server, { kind: 'cut', side: 'down', afterBytes: 3 * MiB });
    const content = randomBytes(5 * MiB);
    await writeFile(join(rig.root, 'a'), content);
    const { code, stderr } = await run([...at(proxy), 'file', 'get', 'a', rig.path('a')]);
    expect(stderr).toMatch(/was lost\b.*\. Trying again in \d+ms\.\nSaved /);
    expect(code).toBe(0);
    expect((await readFile(rig.path('a'))).equals(content)).toBe(true);
  });

  it('stops at Ctrl-C with 130 and keeps nothing', async () => {
    await using rig = await start();
    await using proxy = await openProxy(rig.server, { kind: 'stall', side: 'down', afterBytes: 3 * MiB });
    await writeFile(join(rig.root, 'a'), randomBytes(5 * MiB));
    await using get = sextant(...at(proxy), 'file', 'get', 'a', rig.path('a'));
    await waitFor('it to stall', () => proxy.tripped);
    expect(await rig.names()).toEqual([expect.stringMatching(/^\.a\.\d+\.part$/)]);
    get.child.kill('SIGINT');
    expect(await get.ended()).toBe(130);
    expect(get.stderr()).toBe('Stopped; nothing was kept. The same command begins anew.\n');
    expect(await rig.names()).toEqual([]);
  });
});

describe('file ls', () => {
  it('says what to type where nothing is', async () => {
    await using rig = await start();
    const { code, stdout, stderr } = await rig.cli('ls');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(/^Nothing is in here\. Put a file into it: (npx )?sextant file put FILE\n$/);
  });

  it('lists files and folders', async () => {
    await using rig = await start();
    await mkdir(join(rig.root, 'folder'));
    await writeFile(join(rig.root, 'a'), Buffer.alloc(1536));
    const { stdout } = await rig.cli('ls');
    expect(stdout).toMatch(
      /^ +SIZE +CHANGED +NAME\n +1\.5 KiB +\d{4}-\d\d-\d\d \d\d:\d\d +a\n +- +[-\d]+ [:\d]+ +folder\/\n$/,
    );
  });

  it('lists all pages', async () => {
    await using rig = await start();
    const names = Array.from({ length: 1234 }, (_, index) => `file-${String(index).padStart(4, '0')}`);
    await Promise.all(names.map((name) => writeFile(join(rig.root, name), '')));
    const entries = jsonLines((await rig.cli('ls', '/', '--json')).stdout) as { name: string }[];
    expect(entries.map(({ name }) => name)).toEqual(names);
  });

  it('ends quietly when nobody reads on', async () => {
    await using rig = await start();
    await Promise.all(Array.from({ length: 3000 }, (_, index) => writeFile(join(rig.root, `${index}`), '')));
    await using ls = sextant(...at(rig.server), 'file', 'ls', '--json');
    await once(ls.child.stdout ?? ls.child, 'data');
    ls.child.stdout?.destroy();
    expect(await ls.ended()).toBe(0);
    expect(ls.stderr()).toBe('');
  });
});

describe('file stat, info, time', () => {
  it('say what they know, as sentences and as JSON', async () => {
    await using rig = await start();
    await writeFile(join(rig.root, 'a'), 'hello');
    expect((await rig.cli('stat', 'a')).stdout).toMatch(/^a: file, 5 B, changed /);
    expect((await rig.cli('info')).stdout).toMatch(
      /^The file server is up and holds 1 file\.\n5 B held, .* free, up for /,
    );
    expect((await rig.cli('time')).stdout).toMatch(/^\d\d:\d\d:\d\d\n$/);
    expect(jsonLines((await rig.cli('stat', 'a', '--json')).stdout)).toMatchObject([{ path: 'a', sizeBytes: 5 }]);
    expect(jsonLines((await rig.cli('info', '--json')).stdout)).toMatchObject([{ files: 1 }]);
    expect(jsonLines((await rig.cli('time', '--json')).stdout)).toMatchObject([{ iso: expect.any(String) }]);
  });
});
