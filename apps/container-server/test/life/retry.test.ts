import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Retry } from '../../src/life/retry.ts';

describe('Retry', () => {
  it('waits twice as long each time, and from the beginning after a success', async () => {
    let tries = 0;
    const retry = new Retry(() => (tries += 1));
    expect(retry.failed()).toBe(true);
    await sleep(300);
    expect(tries).toBe(1);
    expect(retry.failed()).toBe(false);
    await sleep(300);
    expect(tries).toBe(1);
    await sleep(300);
    expect(tries).toBe(2);
    retry.succeeded();
    expect(retry.failed()).toBe(true);
    retry.stop();
    await sleep(300);
    expect(tries).toBe(2);
  });
});
