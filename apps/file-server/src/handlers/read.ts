import type { fileService } from '@sextant/protocol/file';
import type { HandlerOf } from '@sextant/service/handler';
import { digester } from '../digest.ts';
import type { Root } from '../root.ts';

/** Bytes read at a time: fewer, larger reads are what makes a file server fast. */
const READ_BYTES = 256 * 1024;

export function read(root: Root): HandlerOf<typeof fileService, 'file.read'> {
  return async ({ path, offset, length }, call) => {
    await using file = await root.openFile(path);
    const { size } = await file.stat();
    const end = length === undefined ? size : Math.min(size, offset + length);
    const hash = offset === 0 && end === size ? digester() : undefined;
    let at = offset;
    while (at < end) {
      call.signal.throwIfAborted();
      const { bytesRead, buffer } = await file.read(
        Buffer.allocUnsafe(READ_BYTES),
        0,
        Math.min(READ_BYTES, end - at),
        at,
      );
      if (bytesRead === 0) break;
      const bytes = buffer.subarray(0, bytesRead);
      hash?.update(bytes);
      at += bytesRead;
      await call.write('content', bytes);
    }
    call.end('content');
    return hash && at === size ? { sizeBytes: size, digest: hash.digest() } : { sizeBytes: size };
  };
}
