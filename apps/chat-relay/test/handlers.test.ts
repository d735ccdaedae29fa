import { describe, expect, it } from '@jest/globals';
import type { Client } from '@sextant/client/client';
import type { chatService, ChatItem } from '@sextant/protocol/chat';
import { openRawSocket } from '@sextant/testing/raw-socket';
import { startRig } from '@sextant/testing/rig';
import { waitFor } from '@sextant/testing/wait';
import { create } from '../src/create.ts';
import { chatConfig } from './config.ts';

type Chat = Client<typeof chatService>;

/** Joins, waits until it has happened, and gathers what comes. */
async function joined(
  chat: Chat,
  nick: string,
  wish: { room?: string; since?: number; history?: number; echo?: boolean } = {},
) {
  const stream = chat.open('chat.join', { room: 'lobby', nick, ...wish });
  const items: (ChatItem | { gap: { from: number; to: number } })[] = [];
  const reading = (async () => {
    for await (const { item } of stream) if (item) items.push(item);
  })();
  const own = (item: (typeof items)[number]) => 'type' in item && item.type === 'joined' && item.from === nick;
  await Promise.race([waitFor(`${nick} to join`, () => items.some(own)), stream.result]);
  const texts = () => items.flatMap((item) => ('type' in item && item.type === 'message' ? [item.text ?? ''] : []));
  return { items, texts, stream, reading };
}

const start = (settings: Parameters<typeof chatConfig>[0] = {}) =>
  create(chatConfig(settings)).then((app) => startRig(app));

describe('chat.send', () => {
  it("gives everyone's message to everyone but its sender", async () => {
    await using rig = await start();
    const [ann, bob] = [rig.client, await rig.connect()];
    const a = await joined(ann, 'ann');
    const b = await joined(bob, 'bob');
    const sent = await ann.call('chat.send', { room: 'lobby', text: 'hello' });
    await waitFor('the message', () => b.texts().length === 1);
    expect(b.items.at(-1)).toEqual({ ...sent, type: 'message', from: 'ann', text: 'hello' });
    expect(a.texts()).toEqual([]);
  });

  it('also gives it to the sender who asked for an echo', async () => {
    await using rig = await start();
    const ann = await joined(rig.client, 'ann', { echo: true });
    await rig.client.call('chat.send', { room: 'lobby', text: 'hello' });
    await waitFor('the echo', () => ann.texts().length === 1);
  });

  it('keeps rooms apart', async () => {
    await using rig = await start();
    const bob = await rig.connect();
    await joined(rig.client, 'ann', { room: 'one' });
    const b = await joined(bob, 'bob', { room: 'two' });
    await rig.client.call('chat.send', { room: 'one', text: 'hello' });
    await bob.call('chat.members', { room: 'two' });
    expect(b.texts()).toEqual([]);
    await expect(bob.call('chat.send', { room: 'one', text: 'x' })).rejects.toMatchObject({ type: 'conflict' });
  });

  it('refuses a text over the announced length with the count, and cuts nothing', async () => {
    await using rig = await start({ textLength: 10 });
    const bob = await rig.connect();
    await joined(rig.client, 'ann');
    const b = await joined(bob, 'bob');
    expect(rig.client.hello.limits['text']).toBe(10);
    await expect(rig.client.call('chat.send', { room: 'lobby', text: 'x'.repeat(11) })).rejects.toMatchObject({
      type: 'limit',
      data: { limit: 'text', max: 10, length: 11, retry: 'no' },
    });
    await rig.client.call('chat.send', { room: 'lobby', text: 'x'.repeat(10) });
    await waitFor('the short one', () => b.texts().length === 1);
    expect(b.texts()).toEqual(['x'.repeat(10)]);
  });

  it.each(['\u001b[2J', 'a\u0000b', '\u0085', 'a\rb'])('refuses the control characters of %j', async (text) => {
    await using rig = await start();
    await joined(rig.client, 'ann');
    await expect(rig.client.call('chat.send', { room: 'lobby', text })).rejects.toMatchObject({
      type: 'invalid_params',
    });
  });
});

describe('#LOGOUT', () => {
  it('leaves every room and ends the connection, and the others see it', async () => {
    await using rig = await start();
    const bob = await rig.connect();
    const one = await joined(bob, 'bob', { room: 'one' });
    const two = await joined(bob, 'bob', { room: 'two' });
    const ann = await joined(rig.client, 'ann', { room: 'two' });
    await bob.call('chat.send', { room: 'one', text: '#LOGOUT' });
    expect(await one.stream.result).toEqual({ reason: 'logout' });
    expect(await two.stream.result).toEqual({ reason: 'logout' });
    await bob.closed;
    await waitFor('ann to see it', () => ann.items.some((item) => 'type' in item && item.type === 'left'));
    expect(ann.texts()).toEqual([]);
  });
});

describe('chat.join', () => {
  it('is seen by the others, and leaving too, however it comes', async () => {
    await using rig = await start();
    const ann = await joined(rig.client, 'ann');
    for (const [nick, leave] of [
      ['cancelled', (_chat: Chat, { stream }: Awaited<ReturnType<typeof joined>>) => stream.cancel()],
      ['left', (chat: Chat) => void chat.call('chat.leave', { room: 'lobby' })],
      ['gone', (chat: Chat) => chat.close()],
    ] as const) {
      const chat = await rig.connect();
      leave(chat, await joined(chat, nick));
      await waitFor(`${nick} to leave`, () =>
        ann.items.some((item) => 'type' in item && item.type === 'left' && item.from === nick),
      );
    }
    expect((await rig.client.call('chat.members', { room: 'lobby' })).items).toMatchObject([{ nick: 'ann' }]);
  });

  it('begins with the history, by number', async () => {
    await using rig = await start();
    await joined(rig.client, 'ann');
    for (const text of ['1', '2', '3']) await rig.client.call('chat.send', { room: 'lobby', text });
    const last = await joined(await rig.connect(), 'bob', { history: 2 });
    expect(last.texts()).toEqual(['2', '3']);
    expect((await joined(await rig.connect(), 'cid', { history: 0 })).texts()).toEqual([]);
    expect((await joined(await rig.connect(), 'dan', { since: 2 })).texts()).toEqual(['2', '3']);
  });

  it('numbers what happens without gaps', async () => {
    await using rig = await start();
    const ann = await joined(rig.client, 'ann', { echo: true });
    const chats = await Promise.all(Array.from({ length: 5 }, () => rig.connect()));
    await Promise.all(chats.map((chat, at) => joined(chat, `n${at}`)));
    await Promise.all(chats.map((chat) => chat.call('chat.send', { room: 'lobby', text: 'x' })));
    await waitFor('all items', () => ann.items.length === 11);
    expect(ann.items.map((item) => ('seq' in item ? item.seq : -1))).toEqual(
      Array.from({ length: 11 }, (_, at) => at + 1),
    );
  });

  it('says what is gone', async () => {
    await using rig = await start({ history: 4 });
    await joined(rig.client, 'ann');
    for (let at = 0; at < 50; at += 1) await rig.client.call('chat.send', { room: 'lobby', text: String(at) });
    const bob = await joined(await rig.connect(), 'bob', { since: 10 });
    const [gap, next] = bob.items;
    expect(gap).toEqual({ gap: { from: 11, to: expect.any(Number) } });
    expect(next).toMatchObject({ seq: gap && 'gap' in gap ? gap.gap.to + 1 : 0 });
  });

  it('gives all there is to one who names a number of another life', async () => {
    await using rig = await start();
    await joined(rig.client, 'ann');
    await rig.client.call('chat.send', { room: 'lobby', text: 'new' });
    expect((await joined(await rig.connect(), 'bob', { since: 5000 })).texts()).toEqual(['new']);
  });

  it('refuses a nick that is taken, and a second place for one connection', async () => {
    await using rig = await start();
    await joined(rig.client, 'ann');
    const bob = await rig.connect();
    await expect(bob.open('chat.join', { room: 'lobby', nick: 'ann' }).result).rejects.toMatchObject({
      type: 'exists',
    });
    await expect(rig.client.open('chat.join', { room: 'lobby', nick: 'eve' }).result).rejects.toMatchObject({
      type: 'exists',
    });
  });

  it.each(['', 'Ann', 'a b', 'x'.repeat(33), 'ｂob'])('refuses the nick %j', async (nick) => {
    await using rig = await start();
    await expect(rig.client.open('chat.join', { room: 'lobby', nick }).result).rejects.toMatchObject({
      type: 'invalid_params',
    });
  });

  it('lets a member that does not read miss nothing and hold up nobody', async () => {
    await using rig = await start({ history: 20_000, textLength: 100 });
    const [quick, sender] = [await rig.connect(), await rig.connect()];
    using slow = await openRawSocket(rig.running);
    slow.write('{"jsonrpc":"2.0","id":1,"method":"chat.join","params":{"room":"lobby","nick":"slow"}}\n');
    await slow.next();
    slow.socket.pause();
    const q = await joined(quick, 'quick');
    await joined(sender, 'sender');
    const count = 8000;
    for (let at = 0; at < count; at += 50) {
      const batch = Array.from({ length: 50 }, (_, step) => `${at + step}`.padEnd(100, '.'));
      await Promise.all(batch.map((text) => sender.call('chat.send', { room: 'lobby', text })));
    }
    await waitFor('the quick one to have all', () => q.texts().length === count, 10_000);
    slow.socket.resume();
    const seqs: number[] = [];
    while (seqs.length < count) {
      const { params } = (await slow.next()) as { params: { item: ChatItem } };
      if (params.item.type === 'message') seqs.push(params.item.seq);
    }
    expect(seqs).toEqual(Array.from({ length: count }, (_, at) => (seqs[0] ?? 0) + at));
  });
});

describe('chat.rooms, chat.history', () => {
  it('list rooms, and the past of one page by page', async () => {
    await using rig = await start();
    expect(await rig.client.call('chat.rooms', {})).toEqual({ items: [] });
    await joined(rig.client, 'ann');
    for (const text of ['1', '2', '3', '4']) await rig.client.call('chat.send', { room: 'lobby', text });
    expect(await rig.client.call('chat.rooms', {})).toEqual({ items: [{ room: 'lobby', members: 1, seq: 5 }] });
    const page = await rig.client.call('chat.history', { room: 'lobby', limit: 2 });
    expect(page.items.map(({ text }) => text)).toEqual(['3', '4']);
    const before = page.items[0]?.seq;
    expect(
      (await rig.client.call('chat.history', { room: 'lobby', limit: 2, before })).items.map(({ text }) => text),
    ).toEqual(['1', '2']);
    await expect(rig.client.call('chat.history', { room: 'loby' })).rejects.toMatchObject({
      data: { suggestions: ['lobby'] },
    });
  });

  it('fit a line however long the messages', async () => {
    await using rig = await start();
    await joined(rig.client, 'ann');
    for (let at = 0; at < 100; at += 1) await rig.client.call('chat.send', { room: 'lobby', text: 'ü'.repeat(2000) });
    const { items } = await rig.client.call('chat.history', { room: 'lobby', limit: 100 });
    expect(items.length).toBeGreaterThan(5);
    expect(items.at(-1)?.seq).toBe(101);
  });
});
