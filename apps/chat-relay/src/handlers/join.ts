import type { chatService } from '@sextant/protocol/chat';
import type { HandlerOf } from '@sextant/service/handler';
import type { Rooms } from '../rooms.ts';

export function join(rooms: Rooms): HandlerOf<typeof chatService, 'chat.join'> {
  return async ({ room: name, ...wish }, call) => {
    const room = rooms.findOrMake(name);
    const member = room.join(call, wish);
    const cancelled = new Promise<never>((_resolve, reject) => {
      call.signal.addEventListener('abort', () => reject(call.signal.reason), { once: true });
    });
    try {
      return { reason: await Promise.race([member.left, cancelled]) };
    } finally {
      if (room.members.get(member.nick) === member) room.leave(member);
    }
  };
}
