import { chatService } from '@sextant/protocol/chat';
import { run } from '@sextant/service/run/run';
import { settings } from './config.ts';
import { create } from './create.ts';

await run({ service: chatService, settings, create });
