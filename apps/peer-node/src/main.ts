import { peerService } from '@sextant/protocol/peer';
import { run } from '@sextant/service/run/run';
import { folders, settings } from './config.ts';
import { create } from './create.ts';

await run({ service: peerService, settings, folders, create });
