import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import type { Call } from '@sextant/service/session/call';
import { Buffers } from '../src/buffers.ts';

const KIB = 1024;

/** As much of a call as buffers look at. */
function caller() {
  const over = new AbortController();
  const given = new AbortController();
  const progress = { sentBytes: 0, takenBytes: 0 };
  const call = Object.assign(progress, {
    caller: { over: over.signal },
    signal: given.signal,
  }) as unknown as Call<never>;
  return { call, progress, over, given };
}

it('gives large buffers where little is held, smaller ones later, and none above its ceiling', async () => {
  const buffers = new Buffers();
  const { call } = caller();
  const sizes = new Set<number>();
  const taken: Buffer[] = [];
  while (buffers.heldBytes + 64 * KIB <= 128 * KIB * KIB) {
    const buffer = await buffers.take(call, Infinity);
    sizes.add(buffer.length);
    taken.push(buffer);
  }
  expect([...sizes]).toEqual([512 * KIB, 256 * KIB, 64 * KIB]);
  let isGiven = false;
  const next = buffers.take(call, Infinity).then(() => (isGiven = true));
  await turn();
  expect([isGiven, buffers.heldBytes]).toEqual([false, 128 * KIB * KIB]);
  buffers.give(taken.pop() ?? Buffer.alloc(0));
  await next;
  expect(buffers.heldBytes).toBe(128 * KIB * KIB);
});

it('lets those wait in order who find none, and forgets who gives up', async () => {
  const buffers = new Buffers(100);
  const [first, second, third] = [caller(), caller(), caller()];
  const held = await buffers.take(first.call, 100);
  const order: string[] = [];
  const waiting = [first, second, third].map(({ call }, at) =>
    buffers.take(call, 100).then(
      (buffer) => order.push(`${at} has ${buffer.length}`) && buffers.give(buffer),
      () => order.push(`${at} left`),
    ),
  );
  await turn();
  second.given.abort(new Error('cancelled'));
  await turn();
  expect(order).toEqual(['1 left']);
  first.given.abort(new Error('cancelled'));
  await turn();
  expect(order).toEqual(['1 left', '0 left']);
  buffers.give(held);
  await Promise.all(waiting);
  expect([order, buffers.heldBytes]).toEqual([['1 left', '0 left', '2 has 100'], 0]);
});

it('has a buffer back once the system has taken it, or its connection is over', async () => {
  const buffers = new Buffers(100);
  const [reader, stalled, other] = [caller(), caller(), caller()];
  for (const { call, progress } of [reader, stalled]) {
    const buffer = await buffers.take(call, 50);
    progress.sentBytes = 50;
    buffers.sent(buffer, call);
  }
  const next = buffers.take(other.call, 50);
  await turn();
  expect(buffers.heldBytes).toBe(100);
  reader.progress.takenBytes = 50;
  buffers.give(await next);
  expect(buffers.heldBytes).toBe(50);
  stalled.over.abort();
  buffers.give(await buffers.take(other.call, 100));
  expect(buffers.heldBytes).toBe(0);
});
