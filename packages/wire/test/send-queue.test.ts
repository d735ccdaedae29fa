import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { SendQueue, type Outlet } from '../src/send-queue.ts';

/** A queue whose writes are gathered, and are done when the test says so. */
function queue(highWater = 10) {
  const writes: string[][] = [];
  const waiting: (() => void)[] = [];
  const outlet: Outlet = {
    write(parts, done) {
      writes.push(parts.map((part) => Buffer.from(part as Uint8Array).toString()));
      waiting.push(done);
    },
  };
  const sending = new SendQueue(outlet, highWater);
  return { sending, writes, done: () => waiting.shift()?.() };
}

describe('SendQueue', () => {
  it('makes one write of all that one turn sends, in order', async () => {
    const { sending, writes } = queue();
    sending.push('a');
    sending.push(Buffer.from('b'));
    sending.push('c');
    expect(writes).toEqual([]);
    await turn();
    expect(writes).toEqual([['abc']]);
  });

  it('hands large parts over as they are', async () => {
    const large = Buffer.alloc(40_000, 'x');
    const handed: unknown[] = [];
    const sending = new SendQueue({ write: (parts) => void handed.push(...parts) }, 10);
    for (const part of ['a', large, 'b', 'c']) sending.push(part);
    await turn();
    expect(handed).toEqual(['a', large, 'bc']);
    expect(handed[1]).toBe(large);
  });

  it('hands over at once, behind what is queued', async () => {
    const { sending, writes, done } = queue();
    sending.push('a');
    sending.handOver([Buffer.from('b'), Buffer.from('c')]);
    expect(writes).toEqual([['abc']]);
    sending.handOver([Buffer.from('d')]);
    expect([writes.length, sending.pendingBytes]).toEqual([1, 4]);
    done();
    await turn();
    expect(writes).toEqual([['abc'], ['d']]);
  });

  it('gathers while a write is under way', async () => {
    const { sending, writes, done } = queue();
    sending.push('a');
    await turn();
    for (const part of ['b', 'c']) {
      sending.push(part);
      await turn();
    }
    expect(writes).toEqual([['a']]);
    done();
    await turn();
    expect(writes).toEqual([['a'], ['bc']]);
  });

  it('hands over more in one turn where it is taken at once, but not all', async () => {
    const KIB = 1024;
    const sizes: number[] = [];
    const sending = new SendQueue(
      {
        write(parts, done) {
          sizes.push(parts.reduce((bytes, part) => bytes + part.length, 0));
          process.nextTick(done);
          return true;
        },
      },
      10,
    );
    sending.push(Buffer.alloc(1024 * KIB));
    await turn();
    expect(sizes).toEqual(Array.from({ length: 4 }, () => 128 * KIB));
    await turn();
    expect([sizes.length, sending.writtenBytes]).toEqual([8, 1024 * KIB]);
  });

  it('counts bytes, not characters, and is congested above its mark', async () => {
    const { sending, done } = queue(4);
    sending.push('üü');
    expect([sending.pendingBytes, sending.congested]).toEqual([4, false]);
    sending.push('x');
    expect([sending.pendingBytes, sending.congested]).toEqual([5, true]);
    let drained = false;
    void sending.drained().then(() => (drained = true));
    await turn();
    expect(drained).toBe(false);
    done();
    await turn();
    expect([drained, sending.pendingBytes]).toEqual([true, 0]);
  });

  it('releases whoever waits when it is closed, and takes no more', async () => {
    const { sending, writes } = queue(0);
    sending.push('a');
    const drained = sending.drained();
    sending.close();
    await drained;
    sending.push('b');
    await turn();
    expect([sending.pendingBytes, writes]).toEqual([0, []]);
  });
});
