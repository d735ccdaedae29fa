import { processService } from '@sextant/protocol/process';
import { run } from '@sextant/service/run/run';
import { settings } from './config.ts';
import { create } from './create.ts';

await run({ service: processService, settings, create });
