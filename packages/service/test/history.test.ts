import { describe, expect, it } from '@jest/globals';
import { History } from '../src/history.ts';

describe('History', () => {
  it('numbers what happens, and keeps the last of it', () => {
    const history = new History<{ what: string }>();
    expect([history.seq, history.reachesBackTo(0), history.at(1)]).toEqual([0, true, undefined]);
    for (let count = 1; count <= 700; count += 1) history.add({ what: `no. ${count}` });
    expect(history.seq).toBe(700);
    expect(history.at(700)).toEqual({ what: 'no. 700', seq: 700 });
    expect(history.at(201)).toEqual({ what: 'no. 201', seq: 201 });
    expect([200, 701].map((seq) => history.at(seq))).toEqual([undefined, undefined]);
    expect([199, 200, 700, 701].map((seq) => history.reachesBackTo(seq))).toEqual([false, true, true, false]);
  });

  it('tells all who wait of the next one', async () => {
    const history = new History<{ what: string }>();
    const told = Promise.all([history.changed(), history.changed()]).then(() => history.seq);
    history.add({ what: 'first' });
    expect(await told).toBe(1);
  });
});
