import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Turns } from '../../src/container/turns.ts';

const LASTING = new AbortController().signal;

describe('turns', () => {
  it('follow each other for one key, and not for two', async () => {
    const turns = new Turns();
    const log: string[] = [];
    const act = (key: string, name: string, ms: number): Promise<void> =>
      turns.take(key, LASTING, async () => {
        log.push(`${name} begins`);
        await sleep(ms);
        log.push(`${name} ends`);
      });
    await Promise.all([act('a', 'first', 60), act('a', 'second', 1), act('b', 'other', 20)]);
    expect(log).toEqual(['first begins', 'other begins', 'other ends', 'first ends', 'second begins', 'second ends']);
  });

  it('go on after one that failed', async () => {
    const turns = new Turns();
    const failed = turns.take('a', LASTING, () => Promise.reject(new Error('x')));
    const next = turns.take('a', LASTING, () => Promise.resolve('done'));
    await expect(failed).rejects.toThrow('x');
    expect(await next).toBe('done');
  });

  it('are given up by who is cancelled, and still come in order', async () => {
    const turns = new Turns();
    const first = Promise.withResolvers<string>();
    const cancel = new AbortController();
    const running = turns.take('a', LASTING, () => first.promise);
    const waiting = turns.take('a', cancel.signal, () => Promise.resolve('never'));
    let began = false;
    const last = turns.take('a', LASTING, async () => {
      began = true;
    });
    cancel.abort(new Error('cancelled'));
    await expect(waiting).rejects.toThrow('cancelled');
    await sleep(10);
    expect(began).toBe(false);
    first.resolve('done');
    expect(await running).toBe('done');
    await last;
    expect(began).toBe(true);
  });

  it('are bounded, and free again afterwards', async () => {
    const turns = new Turns();
    const first = Promise.withResolvers<void>();
    const running = Array.from({ length: 17 }, () => turns.take('a', LASTING, () => first.promise));
    await expect(turns.take('a', LASTING, () => Promise.resolve())).rejects.toMatchObject({ type: 'busy' });
    await turns.take('b', LASTING, () => Promise.resolve());
    const unbounded = turns.take('a', LASTING, () => Promise.resolve('done'), Infinity);
    first.resolve();
    await Promise.all(running);
    expect(await unbounded).toBe('done');
    await turns.take('a', LASTING, () => Promise.resolve());
  });
});
