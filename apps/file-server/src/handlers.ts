import type { fileService } from '@sextant/protocol/file';
import type { Handlers } from '@sextant/service/handler';
import { abort } from './handlers/abort.ts';
import { commit } from './handlers/commit.ts';
import { info } from './handlers/info.ts';
import { list } from './handlers/list.ts';
import { open } from './handlers/open.ts';
import { read } from './handlers/read.ts';
import { stat } from './handlers/stat.ts';
import { time } from './handlers/time.ts';
import { write } from './handlers/write.ts';
import type { Root } from './root.ts';
import type { Served } from './served.ts';
import type { Uploads } from './uploads.ts';

export function handlers(root: Root, served: Served, uploads: Uploads): Handlers<typeof fileService> {
  return {
    'file.list': list(root),
    'file.stat': stat(root),
    'file.read': read(served),
    'file.open': open(uploads),
    'file.write': write(uploads),
    'file.commit': commit(uploads),
    'file.abort': abort(uploads),
    'file.time': time,
    'file.info': info(root),
  };
}
