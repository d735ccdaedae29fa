import type { chatService } from '@sextant/protocol/chat';
import type { Handlers } from '@sextant/service/handler';
import { history } from './handlers/history.ts';
import { join } from './handlers/join.ts';
import { leave } from './handlers/leave.ts';
import { members } from './handlers/members.ts';
import { list } from './handlers/rooms.ts';
import { send } from './handlers/send.ts';
import type { Rooms } from './rooms.ts';

export function handlers(rooms: Rooms, textLength: number): Handlers<typeof chatService> {
  return {
    'chat.join': join(rooms),
    'chat.send': send(rooms, textLength),
    'chat.leave': leave(rooms),
    'chat.rooms': list(rooms),
    'chat.members': members(rooms),
    'chat.history': history(rooms),
  };
}
