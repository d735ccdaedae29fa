import type { fileService } from '@sextant/protocol/file';
import type { HandlerOf } from '@sextant/service/handler';
import type { Served } from '../served.ts';

export function read(served: Served): HandlerOf<typeof fileService, 'file.read'> {
  return ({ path, offset, length }, call) => served.send(path, { offset, length }, call);
}
