import { statfs } from 'node:fs/promises';
import type { fileService } from '@sextant/protocol/file';
import type { HandlerOf } from '@sextant/service/handler';
import type { Root } from '../root.ts';

export function info(root: Root): HandlerOf<typeof fileService, 'file.info'> {
  return async (_params, call) => {
    const [{ files, sizeBytes }, disk] = await Promise.all([measure(root, '', call.signal), statfs(root.folder)]);
    return {
      message: `The file server is up and holds ${files} ${files === 1 ? 'file' : 'files'}.`,
      uptimeMs: Math.round(performance.now()),
      files,
      sizeBytes,
      freeBytes: disk.bavail * disk.bsize,
    };
  };
}

/** Counts the files below a folder. What vanishes meanwhile does not count. */
async function measure(root: Root, path: string, signal: AbortSignal): Promise<{ files: number; sizeBytes: number }> {
  const sum = { files: 0, sizeBytes: 0 };
  for (const name of await root.list(path).catch(() => [])) {
    signal.throwIfAborted();
    const entry = await root.stat(path ? `${path}/${name}` : name).catch(() => undefined);
    const below =
      entry?.type === 'directory'
        ? await measure(root, entry.path, signal)
        : { files: 1, sizeBytes: entry?.sizeBytes ?? 0 };
    sum.files += below.files;
    sum.sizeBytes += below.sizeBytes;
  }
  return sum;
}
