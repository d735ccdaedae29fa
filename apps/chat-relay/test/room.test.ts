import { describe, expect, it } from '@jest/globals';
import { openRawSocket } from '@sextant/testing/raw-socket';
import { startRig } from '@sextant/testing/rig';
import { converse, TRANSPORTS } from '@sextant/testing/transports';
import { create } from '../src/create.ts';
import { chatConfig } from './config.ts';

const start = () => create(chatConfig({})).then((app) => startRig(app));

function line(id: number | undefined, method: string, params: object, more: object = {}): string {
  return `${JSON.stringify({ jsonrpc: '2.0', ...(id !== undefined && { id }), method, params, ...more })}\n`;
}

const join = (nick: string, more: object = {}) => line(1, 'chat.join', { room: 'lobby', nick, history: 0, ...more });
const say = (text: string) => line(2, 'chat.send', { room: 'lobby', text });

/** What an item is, in two words, or what a response is to. */
function brief(message: Record<string, unknown> | undefined): string {
  const { id, params } = message as { id?: number; params?: { item: { type: string; from: string; text?: string } } };
  return params ? `${params.item.type} ${params.item.text ?? params.item.from}` : `answer ${id}`;
}

describe('Room', () => {
  it('gives who leaves all that was said before, and then the answer', async () => {
    await using rig = await start();
    using ann = await openRawSocket(rig.running);
    // All in one turn of the event loop.
    ann.write(join('ann', { echo: true }) + say('one') + say('two') + line(3, 'chat.leave', { room: 'lobby' }));
    const items: string[] = [];
    while (items.at(-1) !== 'answer 1') items.push(brief(await ann.next()));
    expect(items.filter((item) => !/answer [23]/.test(item))).toEqual([
      'joined ann',
      'message one',
      'message two',
      'answer 1',
    ]);
  });

  it('gives nothing twice to who joins in the middle of a turn', async () => {
    await using rig = await start();
    using ann = await openRawSocket(rig.running);
    ann.write(join('ann') + say('one') + line(4, 'chat.leave', { room: 'lobby' }));
    ann.write(line(5, 'chat.join', { room: 'lobby', nick: 'ann', since: 0, echo: true }) + say('two'));
    const seqs: number[] = [];
    while (seqs.length < 5) {
      const message = (await ann.next()) as { params?: { id: number; item: { seq: number } } };
      if (message.params?.id === 5) seqs.push(message.params.item.seq);
    }
    expect(seqs).toEqual([1, 2, 3, 4, 5]);
  });

  it('sends no more items than a member allows, and then goes on', async () => {
    await using rig = await start();
    using ann = await openRawSocket(rig.running);
    using bob = await openRawSocket(rig.running);
    ann.write(line(1, 'chat.join', { room: 'lobby', nick: 'ann', history: 0 }, { credit: 3 }));
    expect(brief(await ann.next())).toBe('joined ann');
    bob.write(join('bob') + say('one') + say('two') + say('three') + say('four'));
    expect([brief(await ann.next()), brief(await ann.next())]).toEqual(['joined bob', 'message one']);
    ann.write(line(7, 'rpc.ping', {}));
    expect(brief(await ann.next())).toBe('answer 7');
    ann.write(line(undefined, 'rpc.credit', { id: 1, n: 10 }));
    for (const text of ['two', 'three', 'four']) expect(brief(await ann.next())).toBe(`message ${text}`);
  });

  it.each(TRANSPORTS.filter(({ name }) => name === 'tcp' || name === 'websocket'))(
    'makes each item a frame of its own over $name',
    async (transport) => {
      await using rig = await start();
      const lines = join('ann', { echo: true }) + say('one') + say('two') + line(4, 'chat.leave', { room: 'lobby' });
      const frames = lines.split('\n').filter((frame) => frame !== '');
      const bytes = Buffer.concat(frames.map((frame) => transport.wrap(Buffer.from(`${frame}\n`))));
      const answers = (await converse(transport, rig.running, [bytes])) as Record<string, unknown>[];
      expect(answers.map(brief).filter((item) => !item.startsWith('answer'))).toEqual([
        'joined ann',
        'message one',
        'message two',
      ]);
    },
  );
});
