import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { blake3 } from '@napi-rs/blake-hash';
import type { Client } from '@sextant/client/client';
import type { fileService } from '@sextant/protocol/file';
import { openRawSocket } from '@sextant/testing/raw-socket';
import { startRig, temporaryFolder, testConfig, type Rig } from '@sextant/testing/rig';
import { waitFor } from '@sextant/testing/wait';
import { create } from '../src/create.ts';

/** Two pieces of an upload. */
const TWICE = randomBytes(12_000);
const LF = Buffer.from('\n');

type Files = Client<typeof fileService>;

async function start(home: string): Promise<Rig<typeof fileService> & { root: string }> {
  const root = join(home, 'root');
  const rig = await startRig(await create({ ...testConfig(home), root }));
  return Object.assign(rig, { root });
}

async function put(client: Files, path: string, content: Buffer, overwrite = false): Promise<string> {
  const { upload, offset } = await client.call('file.open', { path, sizeBytes: content.length, overwrite });
  for (let at = offset; at < content.length; at += 65_536) {
    await client.call('file.write', { upload, offset: at }, { body: content.subarray(at, at + 65_536) });
  }
  return (await client.call('file.commit', { upload, digest: sha256(content) })).digest;
}

async function get(client: Files, path: string, range: { offset?: number; length?: number } = {}): Promise<Buffer> {
  const stream = client.open('file.read', { path, ...range });
  const parts: Uint8Array[] = [];
  for await (const { body } of stream) if (body) parts.push(body);
  await stream.result;
  return Buffer.concat(parts);
}

async function getWhole(client: Files, path: string): Promise<{ text: string; digest: string | undefined }> {
  const stream = client.open('file.read', { path });
  const parts: Uint8Array[] = [];
  for await (const { body } of stream) if (body) parts.push(body);
  return { text: Buffer.concat(parts).toString(), digest: (await stream.result).digest };
}

function blake3Of(text: string): string {
  return `blake3:${blake3(text).toString('hex')}`;
}

function sha256(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

describe('file.time', () => {
  it("tells the server's time", async () => {
    await using home = await temporaryFolder();
    await using rig = await start(home.path);
    const { time, iso } = await rig.client.call('file.time', {});
    expect(time).toMatch(/^\d\d:\d\d:\d\d$/);
    expect(Math.abs(Date.parse(iso) - Date.now())).toBeLessThan(5000);
  });
});

describe('file.info', () => {
  it('says that it is up and what it holds', async () => {
    await using home = await temporaryFolder();
    await using rig = await start(home.path);
    await mkdir(join(rig.root, 'a'));
    await writeFile(join(rig.root, 'a', 'b'), 'hello');
    const info = await rig.client.call('file.info', {});
    expect(info).toMatchObject({ files: 1, sizeBytes: 5, message: 'The file server is up and holds 1 file.' });
    expect(info.freeBytes).toBeGreaterThan(0);
  });
});

describe('file.list', () => {
  it('lists by name, page by page, without what is no file or folder', async () => {
    await using home = await temporaryFolder();
    await using rig = await start(home.path);
    await mkdir(join(rig.root, 'b'));
    await writeFile(join(rig.root, 'a'), '1');
    await writeFile(join(rig.root, 'c'), '22');
    await symlink('/etc/passwd', join(rig.root, 'link'));
    const first = await rig.client.call('file.list', { limit: 2 });
    expect(first.items.map(({ name, type }) => [name, type])).toEqual([
      ['a', 'file'],
      ['b', 'directory'],
    ]);
    const second = await rig.client.call('file.list', { limit: 2, next: first.next });
    expect(second).toMatchObject({ items: [{ name: 'c', sizeBytes: 2 }] });
    expect(second.next).toBeUndefined();
  });

  it('keeps a page of long names below the line limit', async () => {
    await using home = await temporaryFolder();
    await using rig = await start(home.path);
    const names = Array.from({ length: 400 }, (_, at) => `${String(at).padStart(3, '0')}${'n'.repeat(240)}`);
    await Promise.all(names.map((name) => writeFile(join(rig.root, name), '')));
    const seen: string[] = [];
    for (let next: string | undefined; ;) {
      const page = await rig.client.call('file.list', { next });
      seen.push(...page.items.map(({ name }) => name));
      if (!page.next) break;
      next = page.next;
    }
    expect(seen).toEqual(names);
  });
});

describe('file.read', () => {
  it('gives the whole file with its digest, or a part of it', async () => {
    await using home = await temporaryFolder();
    await using rig = await start(home.path);
    const content = Buffer.alloc(3_000_000, 'abcdefg');
    await writeFile(join(rig.root, 'big'), content);
    expect((await get(rig.client, 'big')).equals(content)).toBe(true);
    expect((await get(rig.client, 'big', { offset: 2_999_990 })).equals(content.subarray(2_999_990))).toBe(true);
    expect((await get(rig.client, 'big', { offset: 7, length: 7 })).toString()).toBe('abcdefg');
    expect(await get(rig.client, 'big', { offset: 3_000_001 })).toHaveLength(0);
    const whole = rig.client.open('file.read', { path: 'big' });
    for await (const _ of whole);
    expect(await whole.result).toMatchObject({
      sizeBytes: 3_000_000,
      digest: expect.stringMatching(/^blake3:[0-9a-f]{64}$/),
    });
  });

  it('serves as many readers of one connection as it may have', async () => {
    await using home = await temporaryFolder();
    await using rig = await start(home.path);
    await writeFile(join(rig.root, 'big'), Buffer.alloc(3_000_000, 'x'));
    const parts = await Promise.all(Array.from({ length: 60 }, () => get(rig.client, 'big')));
    expect(parts.every(({ length }) => length === 3_000_000)).toBe(true);
  });

  it('gives each reader what it asked for, though all are read into the same few buffers', async () => {
    await using home = await temporaryFolder();
    await using rig = await start(home.path);
    const content = randomBytes(5_000_003);
    await writeFile(join(rig.root, 'big'), content);
    const offsets = Array.from({ length: 30 }, (_, at) => at * 1001);
    const parts = await Promise.all(offsets.map((offset) => get(rig.client, 'big', { offset })));
    expect(parts.map((part, at) => part.equals(content.subarray(offsets[at])))).toEqual(offsets.map(() => true));
  });

  it('gives small files of many folders at once, each with its digest', async () => {
    await using home = await temporaryFolder();
    await using rig = await start(home.path);
    const paths = Array.from({ length: 60 }, (_, at) => `${at % 3}/${at % 2}/${at}`);
    for (const path of paths) {
      await mkdir(dirname(join(rig.root, path)), { recursive: true });
      await writeFile(join(rig.root, path), `I am ${path}`);
    }
    const read = await Promise.all(paths.map((path) => getWhole(rig.client, path)));
    expect(read).toEqual(paths.map((path) => ({ text: `I am ${path}`, digest: blake3Of(`I am ${path}`) })));
  });

  it('knows the digest of a file that changed anew', async () => {
    await using home = await temporaryFolder();
    await using rig = await start(home.path);
    for (const letter of ['a', 'b', 'a']) {
      const text = letter.repeat(100_000);
      await writeFile(join(rig.root, 'big'), text);
      for (let time = 0; time < 2; time += 1) {
        expect(await getWhole(rig.client, 'big')).toEqual({ text, digest: blake3Of(text) });
      }
    }
  });

  it('lets others read while a crowd takes nothing of what it asked for', async () => {
    await using home = await temporaryFolder();
    await using rig = await start(home.path);
    await writeFile(join(rig.root, 'big'), Buffer.alloc(2_000_000));
    await writeFile(join(rig.root, 'small'), Buffer.alloc(60_000));
    const stalled = await Promise.all(Array.from({ length: 10 }, () => openRawSocket(rig.running, rig.token)));
    for (const [at, raw] of stalled.entries()) {
      raw.socket.pause();
      for (let id = 0; id < 40; id += 1) {
        const frame = { jsonrpc: '2.0', id, method: 'file.read', params: { path: id % 2 ? 'big' : 'small' } };
        raw.write(`${JSON.stringify(at % 2 ? frame : { ...frame, credit: 0 })}\n`);
      }
    }
    for (let time = 0; time < 5; time += 1) {
      expect(await get(rig.client, 'big')).toHaveLength(2_000_000);
      expect(await get(rig.client, 'small')).toHaveLength(60_000);
    }
    for (const raw of stalled) raw[Symbol.dispose]();
  });

  it('stops when cancelled', async () => {
    await using home = await temporaryFolder();
    await using rig = await start(home.path);
    await writeFile(join(rig.root, 'big'), Buffer.alloc(20_000_000));
    const stream = rig.client.open('file.read', { path: 'big' });
    for await (const _ of stream) stream.cancel();
    await expect(stream.result).rejects.toMatchObject({ type: 'cancelled' });
  });
});

describe('upload', () => {
  it('publishes what was written, once committed', async () => {
    await using home = await temporaryFolder();
    await using rig = await start(home.path);
    const content = Buffer.alloc(200_000, 'xyz');
    expect(await put(rig.client, 'new/deep/file.bin', content)).toBe(sha256(content));
    expect((await readFile(join(rig.root, 'new/deep/file.bin'))).equals(content)).toBe(true);
    expect(await readdir(join(rig.root, '.uploads'))).toEqual([]);
  });

  it('takes two pieces that come in one write of the network', async () => {
    await using home = await temporaryFolder();
    await using rig = await start(home.path);
    using raw = await openRawSocket(rig.running, rig.token);
    const { upload } = await rig.client.call('file.open', { path: 'a', sizeBytes: 12_000, digest: sha256(TWICE) });
    const frames = [0, 6000].map((offset) => {
      const frame = { jsonrpc: '2.0', id: 1 + offset, method: 'file.write', params: { upload, offset }, body: 6000 };
      return Buffer.concat([Buffer.from(`${JSON.stringify(frame)}\n`), TWICE.subarray(offset, offset + 6000), LF]);
    });
    raw.write(Buffer.concat(frames));
    const answers = [await raw.next(), await raw.next()].map((answer) => answer?.['result']);
    expect(answers).toEqual([{ offset: 6000 }, { offset: 12_000 }]);
    await rig.client.call('file.commit', { upload });
    expect((await get(rig.client, 'a')).equals(TWICE)).toBe(true);
  });

  it('shows nothing before commit, and nothing after abort', async () => {
    await using home = await temporaryFolder();
    await using rig = await start(home.path);
    const { upload } = await rig.client.call('file.open', { path: 'a' });
    await rig.client.call('file.write', { upload, offset: 0 }, { body: Buffer.from('half') });
    expect((await rig.client.call('file.list', {})).items).toEqual([]);
    await rig.client.call('file.abort', { upload });
    expect(await readdir(join(rig.root, '.uploads'))).toEqual([]);
    await expect(rig.client.call('file.commit', { upload })).rejects.toMatchObject({ type: 'not_found' });
  });

  it('that nobody can continue ends with its connection', async () => {
    await using home = await temporaryFolder();
    await using rig = await start(home.path);
    const other = await rig.connect();
    const { upload } = await other.call('file.open', { path: 'a' });
    await other.call('file.write', { upload, offset: 0 }, { body: Buffer.from('half') });
    other.close();
    await waitFor('the upload to go', async () => (await readdir(join(rig.root, '.uploads'))).length === 0);
  });

  it('refuses a wrong offset and says the right one', async () => {
    await using home = await temporaryFolder();
    await using rig = await start(home.path);
    const { upload } = await rig.client.call('file.open', { path: 'a' });
    await rig.client.call('file.write', { upload, offset: 0 }, { body: Buffer.from('12345') });
    await expect(
      rig.client.call('file.write', { upload, offset: 3 }, { body: Buffer.from('x') }),
    ).rejects.toMatchObject({ type: 'offset_mismatch', data: { offset: 5 } });
  });

  it('publishes nothing that has another digest', async () => {
    await using home = await temporaryFolder();
    await using rig = await start(home.path);
    const { upload } = await rig.client.call('file.open', { path: 'a' });
    await rig.client.call('file.write', { upload, offset: 0 }, { body: Buffer.from('right') });
    await expect(
      rig.client.call('file.commit', { upload, digest: sha256(Buffer.from('wrong')) }),
    ).rejects.toMatchObject({ type: 'checksum_mismatch' });
    expect((await rig.client.call('file.list', {})).items).toEqual([]);
  });

  it('replaces a file only when asked', async () => {
    await using home = await temporaryFolder();
    await using rig = await start(home.path);
    await put(rig.client, 'a', Buffer.from('old'));
    await expect(put(rig.client, 'a', Buffer.from('new'))).rejects.toMatchObject({ type: 'exists' });
    await put(rig.client, 'a', Buffer.from('new'), true);
    expect((await get(rig.client, 'a')).toString()).toBe('new');
  });

  it('lets the first of two commits win where neither may replace', async () => {
    await using home = await temporaryFolder();
    await using rig = await start(home.path);
    const uploads = await Promise.all([1, 2].map(() => rig.client.call('file.open', { path: 'a' })));
    const outcomes = await Promise.allSettled(uploads.map(({ upload }) => rig.client.call('file.commit', { upload })));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('goes on where it was cut, also after the service started anew', async () => {
    await using home = await temporaryFolder();
    const content = Buffer.from('0123456789');
    const plan = { path: 'a', sizeBytes: 10, digest: sha256(content) };
    {
      await using rig = await start(home.path);
      const { upload } = await rig.client.call('file.open', plan);
      await rig.client.call('file.write', { upload, offset: 0 }, { body: content.subarray(0, 4) });
    }
    await using rig = await start(home.path);
    const { upload, offset } = await rig.client.call('file.open', plan);
    expect(offset).toBe(4);
    await rig.client.call('file.write', { upload, offset }, { body: content.subarray(4) });
    await rig.client.call('file.commit', { upload });
    expect((await get(rig.client, 'a')).equals(content)).toBe(true);
  });
});

describe('names', () => {
  const hostile = [
    '..',
    '../x',
    'a/../../x',
    '/etc/passwd',
    '//x',
    'a//b',
    './a',
    'a/.',
    'a\\b',
    'a\0b',
    'a\nb',
    '.uploads',
    '.uploads/x',
    'n'.repeat(256),
  ];

  it.each(hostile)('%j cannot be named', async (path) => {
    await using home = await temporaryFolder();
    await using rig = await start(home.path);
    await writeFile(join(home.path, 'x'), 'outside');
    await expect(get(rig.client, path)).rejects.toMatchObject({ type: 'invalid_params' });
    await expect(rig.client.call('file.stat', { path })).rejects.toMatchObject({ type: 'invalid_params' });
    await expect(rig.client.call('file.open', { path })).rejects.toMatchObject({ type: 'invalid_params' });
  });

  it('leads through no symbolic link', async () => {
    await using home = await temporaryFolder();
    await using rig = await start(home.path);
    await writeFile(join(home.path, 'x'), 'outside');
    await symlink(home.path, join(rig.root, 'folder'));
    await symlink(join(home.path, 'x'), join(rig.root, 'file'));
    await expect(get(rig.client, 'folder/x')).rejects.toMatchObject({ type: 'not_found' });
    await expect(get(rig.client, 'file')).rejects.toMatchObject({ type: 'not_found' });
    await expect(put(rig.client, 'folder/new', Buffer.from('x'))).rejects.toMatchObject({ type: 'not_found' });
  });

  it('that is nothing says so without a path of the machine', async () => {
    await using home = await temporaryFolder();
    await using rig = await start(home.path);
    const failure = await get(rig.client, 'no/such').catch((error: Error) => error.message);
    expect(failure).toBe('There is no "no/such".');
  });
});
