import { join } from 'node:path';
import { fileService } from '@sextant/protocol/file';
import { dataFolder } from '@sextant/service/run/config';
import type { App } from '@sextant/service/handler';
import type { FileConfig } from './config.ts';
import { Disk } from './disk/disk.ts';
import { handlers } from './handlers.ts';
import { Root } from './root.ts';
import { Served } from './served.ts';
import { Uploads } from './uploads.ts';

export async function create(config: FileConfig): Promise<App<typeof fileService>> {
  const root = await Root.open(config.root ?? join(dataFolder(config, fileService.name), 'files'));
  const place = { folder: root.folder, fd: root.fd };
  const [opener, hasher, writer] = [new Disk(place), new Disk(place), new Disk(place)];
  const uploads = await Uploads.open(root, writer);
  return {
    service: fileService,
    handlers: handlers(root, new Served(opener, hasher), uploads),
    unready: () => root.unready(),
    close: async () => {
      await uploads.close();
      await Promise.all([opener.close(), hasher.close(), writer.close()]);
      await root.close();
    },
  };
}
