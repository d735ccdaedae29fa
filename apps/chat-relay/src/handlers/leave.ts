import type { chatService } from '@sextant/protocol/chat';
import type { HandlerOf } from '@sextant/service/handler';
import type { Rooms } from '../rooms.ts';

export function leave(rooms: Rooms): HandlerOf<typeof chatService, 'chat.leave'> {
  return ({ room: name }, call) => {
    const { room, member } = rooms.memberOf(name, call.caller);
    room.leave(member);
    member.leave('left');
    return {};
  };
}
