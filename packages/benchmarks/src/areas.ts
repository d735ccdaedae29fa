import type { Area } from './area.ts';
import { chat } from './chat/area.ts';
import { containers } from './containers/area.ts';
import { peers } from './peers/area.ts';
import { processes } from './processes/area.ts';
import { files } from './files/area.ts';
import { registry } from './registry/area.ts';
import { requests } from './requests/area.ts';
import { startup } from './startup/area.ts';

/** In the order in which they are measured and shown. */
export const areas: readonly Area[] = [requests, files, chat, processes, registry, containers, peers, startup];
