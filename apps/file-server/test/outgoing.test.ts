import { open, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import type { Call } from '@sextant/service/session/call';
import { temporaryFolder } from '@sextant/testing/rig';
import { Buffers } from '../src/buffers.ts';
import { Outgoing } from '../src/outgoing.ts';

const PIECE = 512 * 1024;

/** A call whose connection takes `allowance` bytes at once, and after `room` bytes none. */
function taking({ room = Infinity, allowance = Infinity } = {}) {
  const waiting = Promise.withResolvers<void>();
  const over = new AbortController();
  const written: string[] = [];
  let sentBytes = 0;
  const isFull = (): boolean => sentBytes >= room;
  const call = {
    caller: { over: over.signal },
    signal: over.signal,
    get allowance() {
      return allowance - sentBytes;
    },
    get sentBytes() {
      return sentBytes;
    },
    get takenBytes() {
      return isFull() ? 0 : sentBytes;
    },
    drained: () => (isFull() || sentBytes >= allowance ? waiting.promise : Promise.resolve()),
    async write(_: string, bytes: Uint8Array) {
      written.push(Buffer.from(bytes).toString());
      sentBytes += bytes.length;
      if (isFull()) await waiting.promise;
    },
  };
  const end = (): void => {
    over.abort(new Error('gone'));
    waiting.resolve();
  };
  return { call: call as unknown as Call<never>, written, end };
}

it('reads no buffer for whoever cannot take it, however many ask', async () => {
  await using home = await temporaryFolder();
  await writeFile(join(home.path, 'file'), Buffer.alloc(8 * PIECE));
  await using file = await open(join(home.path, 'file'));
  const buffers = new Buffers();
  const stalled = taking({ room: 0 });
  const broke = taking({ allowance: 0 });
  const streams = [stalled, broke].flatMap(({ call }) =>
    Array.from({ length: 20 }, () =>
      new Outgoing(file.fd, { offset: 0, end: 8 * PIECE }, buffers).send(call, () => {}),
    ),
  );
  const ended = Promise.allSettled(streams);
  const other = taking();
  expect(await new Outgoing(file.fd, { offset: 0, end: 8 * PIECE }, buffers).send(other.call, () => {})).toBe(
    8 * PIECE,
  );
  buffers.give(await buffers.take(other.call, 1));
  expect(buffers.heldBytes).toBe(0);
  for (const { end } of [stalled, broke]) end();
  expect((await ended).map(({ status }) => status)).toEqual(streams.map(() => 'rejected'));
});

it('holds one piece and the next of a connection that stands still, and has them back when it ends', async () => {
  await using home = await temporaryFolder();
  await writeFile(join(home.path, 'file'), Buffer.alloc(8 * PIECE));
  await using file = await open(join(home.path, 'file'));
  const buffers = new Buffers();
  const { call, written, end } = taking({ room: PIECE });
  const streams = Array.from({ length: 20 }, () =>
    new Outgoing(file.fd, { offset: 0, end: 8 * PIECE }, buffers).send(call, () => {}),
  );
  const ended = Promise.allSettled(streams);
  while (written.length === 0) await file.stat();
  expect(buffers.heldBytes).toBeLessThanOrEqual(2 * PIECE);
  end();
  await ended;
  buffers.give(await buffers.take(call, 1).catch(() => buffers.take(taking().call, 1)));
  expect(written).toHaveLength(1);
});

it('sends no more than is allowed, and what there is of a file that was cut', async () => {
  await using home = await temporaryFolder();
  const path = join(home.path, 'file');
  await writeFile(path, 'all of it');
  await using file = await open(path);
  await truncate(path, 3);
  const buffers = new Buffers();
  const { call, written } = taking();
  expect(await new Outgoing(file.fd, { offset: 0, end: 9 }, buffers).send(call, () => {})).toBe(3);
  expect(await new Outgoing(file.fd, { offset: 5, end: 3 }, buffers).send(call, () => {})).toBe(5);
  buffers.give(await buffers.take(call, 1));
  expect([written, buffers.heldBytes]).toEqual([['all'], 0]);
  const few = taking({ allowance: 2 });
  const sending = new Outgoing(file.fd, { offset: 0, end: 3 }, buffers).send(few.call, () => {});
  while (few.written.length === 0) await file.stat();
  few.end();
  await expect(sending).rejects.toThrow('gone');
  expect(few.written).toEqual(['al']);
});
