import type { fileService } from '@sextant/protocol/file';
import type { HandlerOf } from '@sextant/service/handler';
import type { Uploads } from '../uploads.ts';

export function commit(uploads: Uploads): HandlerOf<typeof fileService, 'file.commit'> {
  return ({ upload, digest }) => uploads.commit(upload, digest);
}
