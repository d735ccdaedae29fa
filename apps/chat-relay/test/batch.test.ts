import { describe, expect, it } from '@jest/globals';
import { type Pieces, RoomBatch } from '../src/batch.ts';
import { Histories, History } from '../src/history.ts';

/** A batch of messages, each by who says it: `a` says `a1`, its text. */
function batchOf(...texts: readonly string[]): RoomBatch {
  const history = new History(100, new Histories());
  const batch = new RoomBatch();
  for (const text of texts) batch.add(history.append({ type: 'message', from: text[0] ?? '', text }));
  return batch;
}

function textsOf({ pieces, count }: Pieces): string[] {
  const lines = Buffer.concat(pieces).toString().split('\n').slice(0, -1);
  expect(lines).toHaveLength(count);
  return lines.map((line) => (JSON.parse(line) as { params: { item: { text: string } } }).params.item.text);
}

describe('RoomBatch', () => {
  it('shares the bytes among all who asked under one id, and no others', () => {
    const batch = batchOf('a1', 'b1');
    expect(batch.piecesFor(1).pieces[0]).toBe(batch.piecesFor(1).pieces[0]);
    expect(batch.piecesWithout('c', 1).pieces[0]).toBe(batch.piecesFor(1).pieces[0]);
    const [other] = batch.piecesFor('one').pieces;
    expect(Buffer.from(other ?? []).toString()).toMatch(
      /^\{"jsonrpc":"2.0","method":"rpc.data","params":\{"id":"one",/,
    );
  });

  it('leaves out what a member said itself, wherever it is', () => {
    const batch = batchOf('a1', 'bü', 'a2', 'a3', 'cé', 'a\u{1f600}');
    expect(textsOf(batch.piecesWithout('a', 1))).toEqual(['bü', 'cé']);
    expect(textsOf(batch.piecesWithout('b', 1))).toEqual(['a1', 'a2', 'a3', 'cé', 'a\u{1f600}']);
    expect(textsOf(batch.piecesFor(1))).toHaveLength(6);
    expect(batchOf('a1', 'a2').piecesWithout('a', 1)).toEqual({ pieces: [], count: 0 });
  });

  it('leaves out nothing but messages', () => {
    const history = new History(100, new Histories());
    const batch = new RoomBatch();
    batch.add(history.append({ type: 'joined', from: 'a' }));
    expect(batch.piecesWithout('a', 1).count).toBe(1);
  });

  it('gives what is above a number', () => {
    const batch = batchOf('a1', 'b1', 'c1');
    expect(batch.after(1).map(({ seq }) => seq)).toEqual([2, 3]);
    expect([batch.after(0).length, batch.after(3).length, batch.firstSeq, batch.lastSeq]).toEqual([3, 0, 1, 3]);
  });
});
