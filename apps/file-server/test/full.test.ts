import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { blake3 } from '@napi-rs/blake-hash';
import type { Client } from '@sextant/client/client';
import { connect } from '@sextant/client/connect';
import { fileService } from '@sextant/protocol/file';
import { describeUnless } from '@sextant/testing/describe-unless';
import { missingPrograms } from '@sextant/testing/missing';
import { temporaryFolder } from '@sextant/testing/rig';
import { spawnServiceWith } from '@sextant/testing/spawn';

/** Changes the limits of a process that runs. */
const PRLIMIT = 'prlimit';

const PIECE_BYTES = 60_000;
const CONTENT = randomBytes(3 * PIECE_BYTES);
const MAIN = new URL('../src/main.ts', import.meta.url);

interface Started extends AsyncDisposable {
  readonly root: string;
  readonly client: Client<typeof fileService>;
  /** No file of it may be longer. */
  readonly limit: (bytes: string) => void;
}

async function start(home: string): Promise<Started> {
  const root = join(home, 'root');
  const server = await spawnServiceWith(MAIN, home, { flags: ['--root', root], log: () => {} });
  const auth = { type: 'token', token: (await readFile(join(home, 'token'), 'utf8')).trim() } as const;
  return {
    root,
    client: await connect(fileService, server, { client: 'test/1', auth }),
    limit: (bytes) => void execFileSync(PRLIMIT, ['--pid', `${server.pid}`, `--fsize=${bytes}:`]),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function write({ client }: Started, upload: string, offset: number): Promise<object> {
  return client.call('file.write', { upload, offset }, { body: CONTENT.subarray(offset, offset + PIECE_BYTES) });
}

describeUnless(await missingPrograms(PRLIMIT))('an upload of which a piece is written in part', () => {
  it('keeps what was answered, refuses what was sent behind it, and goes on there', async () => {
    await using home = await temporaryFolder();
    await using started = await start(home.path);
    const { client, root, limit } = started;
    const { upload } = await client.call('file.open', { path: 'a' });
    limit('100000');
    const writes = [0, PIECE_BYTES, 2 * PIECE_BYTES].map((offset) => write(started, upload, offset));
    expect(await Promise.allSettled(writes)).toMatchObject([
      { value: { offset: PIECE_BYTES } },
      { reason: { type: 'internal' } },
      { reason: { type: 'offset_mismatch', data: { offset: PIECE_BYTES } } },
    ]);
    limit('unlimited');
    await write(started, upload, PIECE_BYTES);
    const whole = CONTENT.subarray(0, 2 * PIECE_BYTES);
    await client.call('file.commit', { upload, digest: `blake3:${blake3(whole).toString('hex')}` });
    expect((await readFile(join(root, 'a'))).equals(whole)).toBe(true);
  });

  it('is published without that part', async () => {
    await using home = await temporaryFolder();
    await using started = await start(home.path);
    const { client, root, limit } = started;
    const { upload } = await client.call('file.open', { path: 'a' });
    limit('100000');
    await write(started, upload, 0);
    await expect(write(started, upload, PIECE_BYTES)).rejects.toMatchObject({ type: 'internal' });
    await client.call('file.commit', { upload });
    expect((await readFile(join(root, 'a'))).equals(CONTENT.subarray(0, PIECE_BYTES))).toBe(true);
  });
});
