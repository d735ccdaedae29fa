import type { fileService } from '@sextant/protocol/file';
import type { HandlerOf } from '@sextant/service/handler';

export const time: HandlerOf<typeof fileService, 'file.time'> = () => {
  const now = new Date();
  return { time: now.toTimeString().slice(0, 8), iso: now.toISOString() };
};
