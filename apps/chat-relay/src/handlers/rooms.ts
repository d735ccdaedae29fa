import type { chatService } from '@sextant/protocol/chat';
import type { HandlerOf } from '@sextant/service/handler';
import type { Rooms } from '../rooms.ts';

export function list(rooms: Rooms): HandlerOf<typeof chatService, 'chat.rooms'> {
  return () => ({
    items: [...rooms].map(({ name, members, history }) => ({
      room: name,
      members: members.size,
      seq: history.lastSeq,
    })),
  });
}
