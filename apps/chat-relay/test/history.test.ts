import { describe, expect, it } from '@jest/globals';
import { Histories, History } from '../src/history.ts';

function filled(maxItems: number, items: number, text = ''): History {
  const history = new History(maxItems, new Histories());
  for (let at = 0; at < items; at += 1) history.append({ type: 'message', from: 'a', text });
  return history;
}

function bytesOf(history: History): number {
  return history.since(0).reduce((sum, { json }) => sum + json.length, 0);
}

describe('History', () => {
  it('numbers from 1 without gaps', () => {
    expect(
      filled(10, 3)
        .since(0)
        .map(({ seq }) => seq),
    ).toEqual([1, 2, 3]);
  });

  it('gives what is above a number', () => {
    expect(
      filled(10, 5)
        .since(3)
        .map(({ seq }) => seq),
    ).toEqual([4, 5]);
    expect(filled(10, 5).since(5)).toEqual([]);
  });

  it('keeps the newest items and says what is gone', () => {
    const history = filled(8, 100);
    const kept = history.since(0).map(({ seq }) => seq);
    expect(kept.at(-1)).toBe(100);
    expect(kept.length).toBeGreaterThanOrEqual(8);
    expect(kept.length).toBeLessThanOrEqual(10);
    expect(history.gapAfter(0)).toEqual({ from: 1, to: (kept[0] ?? 0) - 1 });
    expect(history.gapAfter(100)).toBeUndefined();
  });

  it('stays below its bytes whatever the items weigh', () => {
    const bytes = bytesOf(filled(1_000_000, 10_000, 'x'.repeat(2000)));
    expect(bytes).toBeLessThanOrEqual(16 * 1024 * 1024);
    expect(bytes).toBeGreaterThan(8 * 1024 * 1024);
  });

  it('lets the loudest forget when all rooms together weigh too much', () => {
    const all = new Histories();
    const text = 'x'.repeat(2000);
    const quiet = new History(1_000_000, all);
    const loud = Array.from({ length: 20 }, () => new History(1_000_000, all));
    for (let at = 0; at < 100; at += 1) quiet.append({ type: 'message', from: 'a', text });
    for (let at = 0; at < 7000; at += 1) for (const room of loud) room.append({ type: 'message', from: 'a', text });
    expect(quiet.since(0)).toHaveLength(100);
    expect(all.length).toBe([quiet, ...loud].reduce((sum, room) => sum + bytesOf(room), 0));
    expect(all.length).toBeLessThanOrEqual(256 * 1024 * 1024);
    for (const room of [quiet, ...loud]) room.clear();
    expect(all.length).toBe(0);
  });

  it('goes on with the numbers of an earlier life', () => {
    const history = new History(10, new Histories(), 41);
    history.append({ type: 'message', from: 'a' });
    expect(history.since(0).map(({ seq }) => seq)).toEqual([42]);
    expect(history.gapAfter(40)).toEqual({ from: 41, to: 41 });
  });

  it('may keep nothing, and still counts', () => {
    const history = filled(0, 3);
    expect(history.since(0)).toEqual([]);
    expect(history.lastSeq).toBe(3);
    expect(history.gapAfter(0)).toEqual({ from: 1, to: 3 });
  });
});
