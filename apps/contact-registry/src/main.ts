import { registryService } from '@sextant/protocol/registry';
import { run } from '@sextant/service/run/run';
import { create } from './create.ts';

await run({ service: registryService, settings: {}, create });
