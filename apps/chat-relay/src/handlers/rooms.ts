import type { chatService } from '@sextant/protocol/chat';
import type { HandlerOf } from '@sextant/service/handler';
import { pageOf } from '@sextant/service/page';
import type { Rooms } from '../rooms.ts';

export function list(rooms: Rooms): HandlerOf<typeof chatService, 'chat.rooms'> {
  return (asked) => {
    const items = [...rooms]
      .map(({ name, members, history }) => ({ room: name, members: members.size, seq: history.lastSeq }))
      .sort((a, b) => (a.room < b.room ? -1 : 1));
    return pageOf(items, ({ room }) => room, asked);
  };
}
