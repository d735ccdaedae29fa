import type { fileService } from '@sextant/protocol/file';
import type { HandlerOf } from '@sextant/service/handler';
import type { Uploads } from '../uploads.ts';

export function abort(uploads: Uploads): HandlerOf<typeof fileService, 'file.abort'> {
  return async ({ upload }) => {
    await uploads.abort(upload);
    return {};
  };
}
