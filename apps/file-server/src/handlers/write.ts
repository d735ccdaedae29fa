import { ProtocolError } from '@sextant/protocol/errors';
import type { fileService } from '@sextant/protocol/file';
import type { HandlerOf } from '@sextant/service/handler';
import type { Uploads } from '../uploads.ts';

export function write(uploads: Uploads): HandlerOf<typeof fileService, 'file.write'> {
  return async ({ upload, offset }, { bodyParts }) => {
    if (!bodyParts) throw new ProtocolError('invalid_params', "file.write takes its bytes as the frame's body.");
    return { offset: await uploads.write(upload, offset, bodyParts) };
  };
}
