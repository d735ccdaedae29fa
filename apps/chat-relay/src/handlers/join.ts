import type { chatService } from '@sextant/protocol/chat';
import type { HandlerOf } from '@sextant/service/handler';
import type { LeaveReason } from '../member.ts';
import type { Rooms } from '../rooms.ts';

export function join(rooms: Rooms): HandlerOf<typeof chatService, 'chat.join'> {
  return async ({ room: name, ...wish }, call) => {
    const room = rooms.findOrMake(name);
    const member = room.join(call, wish);
    const cancelled = new Promise<LeaveReason>((resolve) => {
      call.signal.addEventListener('abort', () => resolve('left'), { once: true });
    });
    const reason = await Promise.race([member.left, cancelled]);
    if (room.members.get(member.nick) === member) room.leave(member);
    return { reason };
  };
}
