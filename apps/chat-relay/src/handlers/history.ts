import type { chatService, ChatItem } from '@sextant/protocol/chat';
import { PAGE_BYTES } from '@sextant/protocol/limits';
import type { HandlerOf } from '@sextant/service/handler';
import type { Entry } from '../history.ts';
import type { Rooms } from '../rooms.ts';

export function history(rooms: Rooms): HandlerOf<typeof chatService, 'chat.history'> {
  return ({ room, before = Infinity, limit }) => {
    const asked = rooms.find(room).history.before(before, limit);
    return { items: newestThatFit(asked).map(({ json }) => JSON.parse(json) as ChatItem) };
  };
}

function newestThatFit(entries: readonly Entry[]): readonly Entry[] {
  let bytes = 0;
  const tooOld = entries.findLastIndex(({ json }) => (bytes += Buffer.byteLength(json) + 1) > PAGE_BYTES);
  return entries.slice(tooOld + 1);
}
