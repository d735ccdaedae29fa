import type { chatService } from '@sextant/protocol/chat';
import type { HandlerOf } from '@sextant/service/handler';
import { pageOf } from '@sextant/service/page';
import type { Rooms } from '../rooms.ts';

export function members(rooms: Rooms): HandlerOf<typeof chatService, 'chat.members'> {
  return ({ room, ...asked }) => {
    const items = rooms
      .find(room)
      .members.values()
      .map(({ nick, joinedAt }) => ({ nick, joinedAt }))
      .toArray()
      .sort((a, b) => (a.nick < b.nick ? -1 : 1));
    return pageOf(items, ({ nick }) => nick, asked);
  };
}
