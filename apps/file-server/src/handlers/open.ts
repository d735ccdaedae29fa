import type { fileService } from '@sextant/protocol/file';
import type { HandlerOf } from '@sextant/service/handler';
import type { Uploads } from '../uploads.ts';

export function open(uploads: Uploads): HandlerOf<typeof fileService, 'file.open'> {
  return (plan, { caller }) => uploads.begin(plan, caller.over);
}
