import { join } from 'node:path';
import { fileService } from '@sextant/protocol/file';
import { dataFolder } from '@sextant/service/run/config';
import type { App } from '@sextant/service/handler';
import type { FileConfig } from './config.ts';
import { handlers } from './handlers.ts';
import { Root } from './root.ts';
import { Uploads } from './uploads.ts';

export async function create(config: FileConfig): Promise<App<typeof fileService>> {
  const root = await Root.open(config.root ?? join(dataFolder(config, fileService.name), 'files'));
  const uploads = await Uploads.open(root);
  return {
    service: fileService,
    handlers: handlers(root, uploads),
    unready: () => root.unready(),
    close: async () => {
      await uploads.close();
      await root.close();
    },
  };
}
