import type { ChatItem, chatService } from '@sextant/protocol/chat';
import type { ResultOf } from '@sextant/protocol/method';
import type { Chat } from './talk.ts';

type Methods = (typeof chatService)['methods'];
type Member = ResultOf<Methods['chat.members']>['items'][number];
type Room = ResultOf<Methods['chat.rooms']>['items'][number];

/** Everyone in a room, every page of them. */
export async function membersOf(chat: Chat, room: string): Promise<Member[]> {
  const members: Member[] = [];
  let next: string | undefined;
  do {
    const page = await chat.call('chat.members', { room, next });
    members.push(...page.items);
    next = page.next;
  } while (next !== undefined);
  return members;
}

/** Every room. */
export async function roomsOf(chat: Chat): Promise<Room[]> {
  const rooms: Room[] = [];
  let next: string | undefined;
  do {
    const page = await chat.call('chat.rooms', { next });
    rooms.push(...page.items);
    next = page.next;
  } while (next !== undefined);
  return rooms;
}

/** A room's last items, oldest first; an answer may hold fewer than asked for. */
export async function historyOf(chat: Chat, room: string, limit: number): Promise<ChatItem[]> {
  const items: ChatItem[] = [];
  while (items.length < limit) {
    const before = items[0]?.seq;
    const page = await chat.call('chat.history', { room, before, limit: limit - items.length });
    if (page.items.length === 0) break;
    items.unshift(...page.items);
  }
  return items;
}
