import type { chatService } from '@sextant/protocol/chat';
import { ProtocolError } from '@sextant/protocol/errors';
import type { HandlerOf } from '@sextant/service/handler';
import type { Caller } from '@sextant/service/session/caller';
import type { Rooms } from '../rooms.ts';

/** The text that ends a session; older than this protocol. */
const LOGOUT = '#LOGOUT';

export function send(rooms: Rooms, textLength: number): HandlerOf<typeof chatService, 'chat.send'> {
  return ({ room: name, text }, call) => {
    const { room, member } = rooms.memberOf(name, call.caller);
    if (text === LOGOUT) {
      const { item } = room.leave(member);
      member.leave('logout');
      logOut(rooms, call.caller);
      return { seq: item.seq, at: item.at };
    }
    check(text, textLength);
    const { item } = room.say(member, text);
    return { seq: item.seq, at: item.at };
  };
}

/** Leaves the other rooms too, and ends the connection once everything is answered. */
function logOut(rooms: Rooms, caller: Caller): void {
  for (const room of rooms) room.memberOf(caller)?.leave('logout');
  caller.retire();
}

function check(text: string, max: number): void {
  if (text.length > max) {
    throw new ProtocolError(
      'limit',
      `A message may have ${max} characters; this one has ${text.length}. Nothing was sent.`,
      {
        limit: 'text',
        max,
        length: text.length,
        retry: 'no',
      },
    );
  }
  if (hasControlCharacter(text)) {
    throw new ProtocolError(
      'invalid_params',
      'A message has no control characters but tab and line feed. Nothing was sent.',
    );
  }
}

/** C0, DEL and C1: what a terminal might obey. */
function hasControlCharacter(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if ((code < 0x20 && code !== 0x09 && code !== 0x0a) || (code >= 0x7f && code <= 0x9f)) return true;
  }
  return false;
}
