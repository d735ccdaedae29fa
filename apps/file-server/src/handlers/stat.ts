import type { fileService } from '@sextant/protocol/file';
import type { HandlerOf } from '@sextant/service/handler';
import type { Root } from '../root.ts';

export function stat(root: Root): HandlerOf<typeof fileService, 'file.stat'> {
  return ({ path }) => root.stat(path);
}
