import { containerService } from '@sextant/protocol/container';
import { run } from '@sextant/service/run/run';
import { settings } from './config.ts';
import { create } from './create.ts';

await run({ service: containerService, settings, create });
