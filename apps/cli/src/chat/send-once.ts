import { text as readAll } from 'node:stream/consumers';
import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import { defaultNick, nicksFrom } from './nick.ts';
import type { Chat } from './talk.ts';

/** Says one thing in a room, as who is logged in unless a nick is given; the words come from the input if there are none. */
export async function sendOnce(
  chat: Chat,
  room: string,
  words: readonly string[],
  nick: string | undefined,
): Promise<{ seq: number; at: string; nick: string }> {
  const text = words.length > 0 ? words.join(' ') : (await readAll(process.stdin)).replace(/\r?\n$/, '');
  if (text === '') throw new ProtocolError('invalid_params', 'There is nothing to say: neither words nor input.');
  const joined = await join(chat, room, nick === undefined ? nicksFrom(defaultNick()) : [nick]);
  return { ...(await chat.call('chat.send', { room, text })), nick: joined };
}

/** Enters with the first nick that is free; the connection's end leaves. */
async function join(chat: Chat, room: string, nicks: Iterable<string>): Promise<string> {
  let taken: unknown;
  for (const nick of nicks) {
    const stream = chat.open('chat.join', { room, nick, history: 0 });
    const { done } = await stream[Symbol.asyncIterator]().next();
    if (!done) return nick;
    taken = await stream.result.catch((error: unknown) => error);
    if (!isErrorType(taken, 'exists')) throw taken;
  }
  throw taken;
}
