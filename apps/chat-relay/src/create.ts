import { chatService } from '@sextant/protocol/chat';
import type { App } from '@sextant/service/handler';
import type { ChatConfig } from './config.ts';
import { handlers } from './handlers.ts';
import { Rooms } from './rooms.ts';

export async function create(config: ChatConfig): Promise<App<typeof chatService>> {
  const rooms = new Rooms(config.history);
  return {
    service: chatService,
    handlers: handlers(rooms, config.textLength),
    limits: { text: config.textLength },
  };
}
