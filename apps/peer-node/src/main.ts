import { peerService } from '@sextant/protocol/peer';
import { run } from '@sextant/service/run/run';
import { places, settings } from './config.ts';
import { create } from './create.ts';

await run({ service: peerService, settings, places, create });
