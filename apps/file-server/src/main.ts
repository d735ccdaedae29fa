import { fileService } from '@sextant/protocol/file';
import { run } from '@sextant/service/run/run';
import { settings } from './config.ts';
import { create } from './create.ts';

await run({ service: fileService, settings, create });
