import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Alarm } from '../src/alarm.ts';

const DAY_MS = 86_400_000;

describe('Alarm', () => {
  it('rings once, at the first of its times', async () => {
    let rung = 0;
    const alarm = new Alarm(() => (rung += 1));
    for (const ms of [300, 50, 200]) alarm.set(Date.now() + ms);
    await sleep(30);
    expect(rung).toBe(0);
    await sleep(60);
    expect(rung).toBe(1);
    await sleep(300);
    expect(rung).toBe(1);
    alarm.set(Date.now() - 1000);
    await sleep(20);
    expect(rung).toBe(2);
  });

  it('waits longer than any timer can', async () => {
    let rung = 0;
    const alarm = new Alarm(() => (rung += 1));
    alarm.set(Date.now() + 30 * DAY_MS);
    await sleep(50);
    expect(rung).toBe(0);
    alarm.set(Date.now() + 10);
    alarm.clear();
    await sleep(50);
    expect(rung).toBe(0);
  });
});
