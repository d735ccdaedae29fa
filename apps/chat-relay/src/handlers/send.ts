import type { chatService } from '@sextant/protocol/chat';
import { ProtocolError } from '@sextant/protocol/errors';
import type { HandlerOf } from '@sextant/service/handler';
import type { Caller } from '@sextant/service/session/caller';
import type { Rooms } from '../rooms.ts';

/** The text that ends a session; older than this protocol. */
const LOGOUT = '#LOGOUT';

/** C0, DEL and C1, but for tab and line feed: what a terminal might obey. */
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

export function send(rooms: Rooms, textLength: number): HandlerOf<typeof chatService, 'chat.send'> {
  return ({ room: name, text }, call) => {
    const { room, member } = rooms.memberOf(name, call.caller);
    if (text === LOGOUT) {
      const { seq, at } = room.leave(member);
      member.leave('logout');
      logOut(rooms, call.caller);
      return { seq, at };
    }
    check(text, textLength);
    const { seq, at } = room.say(member, text);
    return { seq, at };
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
  if (CONTROL.test(text)) {
    throw new ProtocolError(
      'invalid_params',
      'A message has no control characters but tab and line feed. Nothing was sent.',
    );
  }
}
